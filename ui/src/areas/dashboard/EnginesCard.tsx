import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { badness, HealthPill } from '@/areas/infrastructure/HealthPill';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { table } from '@/texts/common';
import { dashboard } from '@/texts/dashboard';

const texts = dashboard.engines;
const MOST = 8;

/** The engines, the worst first. */
export function EnginesCard({ span }: { span: 8 | 12 }) {
  const { data, error, isLoading, refetch } = api.useQuery('get', '/api/v1/engines', {});
  const worst = data?.items
    .filter(({ standing }) => standing !== 'revoked')
    .toSorted((one, other) => badness(one) - badness(other))
    .slice(0, MOST);
  return (
    <Card
      title={texts.title}
      span={span}
      aside={
        <Link className="link" to="/engines" style={{ fontSize: '0.8125rem' }}>
          {texts.all}
        </Link>
      }
    >
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {isLoading && <LoadingRows rows={3} />}
      {worst?.length === 0 && <EmptyState compact title={texts.none} hint={texts.noneHint} />}
      {worst && worst.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.title)}>
          <table className="table">
            <thead>
              <tr>
                <th>{texts.engine}</th>
                <th>{texts.domain}</th>
                <th>{texts.state}</th>
              </tr>
            </thead>
            <tbody>
              {worst.map((engine) => (
                <tr key={engine.id}>
                  <td>
                    <Link className="link" to="/engines/$id" params={{ id: engine.id }}>
                      {engine.name}
                    </Link>
                  </td>
                  <td>{engine.domain.name}</td>
                  <td>
                    <HealthPill engine={engine} />
                    {engine.impaired && <span className="muted"> {engine.impaired.explanation}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
