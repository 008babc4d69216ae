import { Alert } from '@mantine/core';
import { Eye } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { common } from '@/texts/common';
import { followed } from '@/texts/followed';

const texts = followed.preview;
/** Enough to see who it is about. */
const NAMED = 20;

interface Props {
  preview: Schemas['PeoplePreviewed'] | undefined;
  problem: unknown;
}

/** What following the chosen groups would do, from the last reading. */
export function Previewed({ preview, problem }: Props) {
  if (problem) return <ProblemAlert problem={problem} />;
  const { read_at: at } = preview ?? {};
  return (
    <Alert color={preview?.leaving ? 'yellow' : 'blue'} variant="light" icon={<Eye size={18} />} title={texts.title}>
      <div aria-live="polite">
        {!preview && common.loading}
        {preview && !at && texts.unread}
        {preview && at && (
          <>
            <p style={{ margin: '0 0 8px' }}>{texts.altogether(preview.people, preview.leaving)}</p>
            {preview.asked_first && <p style={{ margin: '0 0 8px' }}>{texts.askedFirst}</p>}
            <dl className="facts">
              <Who term={texts.comes} people={preview.who_comes} count={preview.people.new + preview.people.known} />
              <Who term={texts.leaves} people={preview.who_leaves} count={preview.leaving} />
              <dt>{texts.at}</dt>
              <dd>
                <Time at={at} />
              </dd>
            </dl>
          </>
        )}
      </div>
    </Alert>
  );
}

function Who({ term, people, count }: { term: string; people: Schemas['Named'][]; count: number }) {
  if (count === 0) return null;
  const names = people.slice(0, NAMED).map(({ name }) => name);
  const rest = count - names.length;
  return (
    <>
      <dt>{term}</dt>
      <dd>
        {names.join(', ')}
        {rest > 0 && ` ${followed.held.more(rest)}`}
      </dd>
    </>
  );
}
