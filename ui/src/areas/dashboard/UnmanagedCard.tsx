import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { risks } from '@/areas/discovery/risks';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { dashboard } from '@/texts/dashboard';
import { discovery } from '@/texts/discovery';

const texts = dashboard.unmanaged;
/** More domains than these are on their own page. */
const MOST = 8;

/** How many accounts nobody manages, by domain and risk; each number leads to them. */
export function UnmanagedCard() {
  const domains = api.useQuery('get', '/api/v1/domains', {});
  const shown = (domains.data?.items ?? []).slice(0, MOST);
  const read = useQueries({
    queries: shown.map(({ id }) =>
      api.queryOptions('get', '/api/v1/domains/{id}/synchronisation', { params: { path: { id } } }),
    ),
  });
  const asked = [domains, ...read];
  const failed = asked.filter(({ error }) => error);
  const loading = asked.some(({ isLoading }) => isLoading);
  const known = shown.flatMap(({ id, name }, index) => {
    const holds = read[index]?.data?.holds;
    const found = risks.filter(({ risk }) => (holds?.unmanaged[risk] ?? 0) > 0);
    return holds && found.length > 0 ? [{ id, name, holds, found }] : [];
  });
  const again = () => {
    for (const query of failed) void query.refetch();
  };
  return (
    <Card
      title={texts.title}
      aside={
        <Link className="link" to="/unmanaged">
          {texts.all}
        </Link>
      }
    >
      <ProblemAlert problem={failed[0]?.error} retry={again} mb="sm" />
      {loading && <LoadingRows rows={2} />}
      {!loading && failed.length === 0 && known.length === 0 && (
        <EmptyState compact title={texts.nothing} hint={texts.nothingHint} />
      )}
      {known.map(({ id, name, holds, found }) => (
        <div key={id} style={{ marginBottom: 10, fontSize: '0.875rem', overflowWrap: 'anywhere' }}>
          {name}
          <div style={{ display: 'flex', flexWrap: 'wrap', gap: 6, marginTop: 4 }}>
            {found.map(({ risk, tone }) => (
              <Link key={risk} className="link" to="/unmanaged/accounts" search={{ domain: id, risk }}>
                <StatusPill tone={tone} label={texts.risk(holds.unmanaged[risk], discovery.risks[risk].label.toLowerCase())} />
                <span className="visually-hidden"> {discovery.showRisk}</span>
              </Link>
            ))}
          </div>
        </div>
      ))}
    </Card>
  );
}
