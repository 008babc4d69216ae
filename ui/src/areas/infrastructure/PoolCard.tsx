import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { table } from '@/texts/common';
import { domain as domainTexts, engines, pool as texts } from '@/texts/infrastructure';
import { badness, HealthPill } from './HealthPill';
import { Pace } from './measures';

/** The engines that share a domain's work, the worst first, and how much waits for them. */
export function PoolCard({ domain }: { domain: string }) {
  const can = useCan();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/domains/{id}/pool', { params: { path: { id: domain } } });
  const enrol = can('engine:create') && (
    <Button size="xs" variant="default" component={Link} to="/engines/new" search={{ domain } as never}>
      {engines.add}
    </Button>
  );
  return (
    <Card title={texts.title} aside={data && data.engines.length > 0 && enrol}>
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {!data && !error && <LoadingRows rows={3} />}
      {data?.engines.length === 0 && <EmptyState compact {...domainTexts.noEngines} action={enrol} />}
      {data && data.engines.length > 0 && <Shared pool={data} />}
    </Card>
  );
}

function Shared({ pool }: { pool: Schemas['Pool'] }) {
  const { engines: members, orders_waiting: waiting } = pool;
  const working = members.filter(({ standing, enabled }) => standing === 'assigned' && enabled);
  return (
    <>
      <p className="muted" style={{ margin: '0 0 8px', fontSize: '0.875rem' }}>
        <span className="number">{typeof waiting === 'number' ? texts.waiting(waiting) : texts.unknown}.</span>{' '}
        {working.length === 1 ? texts.alone : texts.sub}
      </p>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.title)}>
        <table className="table">
          <thead>
            <tr>
              <th>{texts.engine}</th>
              <th>{engines.columns.health}</th>
              <th data-align="right">{engines.columns.work}</th>
              <th data-align="right">{engines.columns.pace}</th>
              <th>{engines.columns.heard}</th>
            </tr>
          </thead>
          <tbody>
            {members
              .toSorted((one, other) => badness(one) - badness(other))
              .map((engine) => (
                <tr key={engine.id}>
                  <td>
                    <Link className="link" to="/engines/$id" params={{ id: engine.id }}>
                      {engine.name}
                    </Link>
                  </td>
                  <td>
                    <HealthPill engine={engine} />
                  </td>
                  <td data-align="right">{engine.health?.in_work}</td>
                  <td data-align="right">{engine.health && <Pace health={engine.health} />}</td>
                  <td>
                    <Time at={engine.last_heard} show="minute" />
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
