import type { Schemas } from '@/api/client';
import { actorName } from '@/components/actorName';
import { reviewing } from '@/texts/campaigns';

/** What was said of an account, by whom, and why. */
export function Said({ decided }: { decided: NonNullable<Schemas['ReviewBody']['decided']> }) {
  const by = reviewing.by(actorName(decided.by));
  const behalf = decided.on_behalf_of && reviewing.inTheNameOf(decided.on_behalf_of.name);
  return (
    <>
      {decided.decision ? reviewing.decisions[decided.decision] : reviewing.handedOver}{' '}
      <span className="muted">{behalf ? `${by}, ${behalf}` : by}</span>
      {decided.reason && <div>{decided.reason}</div>}
    </>
  );
}
