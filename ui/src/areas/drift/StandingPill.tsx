import { StatusPill } from '@/components/StatusPill';
import { drift } from '@/texts/drift';
import { standingOf } from './standings';

/** What becomes of an account's differences. */
export function StandingPill({ standing }: { standing: string }) {
  const known = standingOf(standing);
  if (!known) return <StatusPill tone="off" label={standing} />;
  return <StatusPill tone={known.tone} {...drift.standings[known.standing]} />;
}
