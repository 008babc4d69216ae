import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { standings } from '@/areas/drift/standings';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { dashboard } from '@/texts/dashboard';

const texts = dashboard.drift;

/** Of how many accounts directories say otherwise, by what happens; each number leads to them. */
export function DriftCard() {
  const asked = useQueries({
    queries: standings.map(({ standing }) =>
      api.queryOptions('get', '/api/v1/drift', { params: { query: { standing, limit: 1 } } }),
    ),
  });
  const failed = asked.filter(({ error }) => error);
  const loading = asked.some(({ isLoading }) => isLoading);
  const some = standings.flatMap(({ standing, tone }, index) => {
    const total = asked[index]?.data?.total;
    return total && total.value > 0 ? [{ standing, tone, total }] : [];
  });
  const again = () => {
    for (const query of failed) void query.refetch();
  };
  return (
    <Card
      title={texts.title}
      aside={
        <Link className="link" to="/drift">
          {texts.all}
        </Link>
      }
    >
      <ProblemAlert problem={failed[0]?.error} retry={again} mb="sm" />
      {loading && <LoadingRows rows={2} />}
      {!loading && failed.length === 0 && some.length === 0 && (
        <EmptyState compact title={texts.nothing} hint={texts.nothingHint} />
      )}
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 6 }}>
        {some.map(({ standing, tone, total }) => (
          <Link key={standing} className="link" to="/drift" search={{ standing }}>
            <StatusPill
              tone={tone}
              label={texts.standing(total.value, total.more, texts.standings[standing])}
            />
          </Link>
        ))}
      </div>
    </Card>
  );
}
