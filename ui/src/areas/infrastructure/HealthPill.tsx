import type { Schemas } from '@/api/client';
import { StatusPill } from '@/components/StatusPill';
import { health } from '@/texts/infrastructure';
import { enabled } from '@/texts/states';

/** Can an engine do its work? */
export function HealthPill({ engine }: { engine: Schemas['EngineBody'] }) {
  if (!engine.enabled) return <StatusPill tone="off" label={enabled.off} />;
  if (engine.impaired) return <StatusPill tone="bad" label={health.impaired.label} hint={engine.impaired.explanation} />;
  return <StatusPill tone="good" {...health.fine} />;
}
