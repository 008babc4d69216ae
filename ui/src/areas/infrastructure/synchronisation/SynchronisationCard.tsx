import { Link } from '@tanstack/react-router';
import { Card } from '@/components/Card';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { synchronisation as texts } from '@/texts/synchronisation';
import { Known } from './Known';
import { SyncPill } from './SyncPill';
import { useSynchronisation } from './useSynchronisation';

/** On the page of a domain: what is known of it, and how fresh that is. */
export function SynchronisationCard({ domain }: { domain: string }) {
  const { answer, waiting } = useSynchronisation(domain);
  const { data, error, refetch } = answer;
  return (
    <Card
      title={texts.title}
      aside={
        <Link className="link" to="/domains/$id/synchronisation" params={{ id: domain }}>
          {texts.page}
        </Link>
      }
    >
      {error && !data && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {!data && !error && <LoadingRows rows={4} />}
      {data && (
        <>
          <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center', marginBottom: 12, fontSize: '0.875rem' }}>
            <SyncPill state={data} waiting={waiting} />
            {data.last && <Time at={data.last.at} show="minute" />}
          </div>
          {data.last ? (
            <Known domain={domain} holds={data.holds} />
          ) : (
            <p className="muted" style={{ margin: 0, fontSize: '0.875rem' }}>
              {texts.state.never.hint}
            </p>
          )}
        </>
      )}
    </Card>
  );
}
