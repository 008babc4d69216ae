import { Progress } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { synchronisation } from '@/texts/synchronisation';

const texts = synchronisation.state;

interface Props {
  running: Schemas['ProgressBody'] | null | undefined;
  waiting: boolean;
}

/** What is under way, and how far. Announced when it begins and ends, not at every object. */
export function Reading({ running, waiting }: Props) {
  const read = running ? texts.read(running.read, running.expected) : '';
  const part = running?.expected ? Math.min(100, (100 * running.read) / running.expected) : undefined;
  return (
    <div style={{ marginBottom: running || waiting ? 16 : 0 }}>
      <div role="status" style={{ fontWeight: 600 }}>
        {running ? texts.running(running.full) : waiting && texts.waiting}
      </div>
      {running && <div className="muted number">{read}</div>}
      {part !== undefined && <Progress value={part} mt={6} aria-label={read} />}
    </div>
  );
}
