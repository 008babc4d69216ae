import { OutcomesAlert } from '@/components/OutcomesAlert';
import { reviewing } from '@/texts/campaigns';
import type { Decided } from './useDecisions';

const texts = reviewing.done;

/** What a review is about. */
export interface About {
  account: string;
  name: string;
}

interface Props {
  outcomes: Decided[];
  about: ReadonlyMap<string, About>;
  onClose: () => void;
}

/** What became of what was said. */
export function DoneAlert({ outcomes, about, onClose }: Props) {
  const refused = outcomes.filter(({ problem }) => problem);
  const shown = refused.map(({ review, problem }) => ({
    id: about.get(review)?.account ?? review,
    name: about.get(review)?.name ?? '',
    why: [problem?.detail, ...(problem?.errors ?? []).map(({ message }) => message)].filter(Boolean).join(' '),
  }));
  return (
    <OutcomesAlert
      title={texts.title(outcomes.length - refused.length)}
      follows={null}
      refused={shown}
      refusedTitle={texts.refused}
      onClose={onClose}
    />
  );
}
