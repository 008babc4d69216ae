import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { CountedLink, type Counted } from './Counted';

interface Asked {
  isLoading: boolean;
  error: unknown;
  refetch: () => unknown;
}

interface Props {
  texts: { title: string; nothing: string; nothingHint: string };
  counted: Counted[];
  /** The queries that count: as long as one of them failed, nobody says that there is nothing. */
  asked: Asked[];
}

/** What there is some of, each a link to it. */
export function CountedCard({ texts, counted, asked }: Props) {
  const some = counted.filter(({ count }) => count > 0);
  const failed = asked.filter(({ error }) => error);
  const loading = asked.some(({ isLoading }) => isLoading);
  const again = () => {
    for (const query of failed) void query.refetch();
  };
  return (
    <Card title={texts.title} span={6}>
      <ProblemAlert problem={failed[0]?.error} retry={again} mb="sm" />
      {loading ? (
        <LoadingRows rows={2} />
      ) : (
        some.map((one) => <CountedLink key={one.to + JSON.stringify(one.search)} {...one} />)
      )}
      {some.length === 0 && !loading && failed.length === 0 && (
        <EmptyState compact title={texts.nothing} hint={texts.nothingHint} />
      )}
    </Card>
  );
}
