import type { Schemas } from '@/api/client';
import { usePast } from '@/api/past';
import { formatDayTime } from '@/app/time';
import { StatusPill } from '@/components/StatusPill';
import { engine as texts, health, standing } from '@/texts/infrastructure';
import { enabled } from '@/texts/states';

type Engine = Schemas['EngineBody'];

/** Can an engine do its work? Of the past, as far as that is recorded: signs of life are not. */
export function HealthPill({ engine }: { engine: Engine }) {
  const past = usePast();
  const { standing: now } = engine;
  if (now === 'unassigned') return <StatusPill tone="pending" {...standing.unassigned} />;
  if (now !== 'assigned') return <StatusPill tone="off" {...standing[now]} />;
  if (!engine.enabled) return <StatusPill tone="off" label={enabled.off} />;
  if (engine.contact_lost) {
    return <StatusPill tone="bad" label={health.lost.label} hint={texts.lostHint(formatDayTime(engine.contact_lost))} />;
  }
  if (engine.impaired) return <StatusPill tone="bad" label={health.impaired.label} hint={engine.impaired.explanation} />;
  if (past) return <StatusPill tone="good" {...standing.assigned} />;
  if (!engine.last_heard) return <StatusPill tone="pending" {...health.silent} />;
  return <StatusPill tone="good" {...health.fine} />;
}

/** The worst first: what does not work, then what waits for somebody, then what is off. */
export function badness(engine: Engine): number {
  if (engine.standing === 'revoked') return 5;
  if (!engine.enabled) return 4;
  if (engine.standing !== 'assigned') return 2;
  if (engine.contact_lost) return 0;
  return engine.impaired ? 1 : 3;
}
