import type { Schemas } from '@/api/client';
import { actor as texts } from '@/texts/common';

/** Who did something, as far as one may see it: a person, an engine, or a part of Tenure. */
export function actorName(actor: Schemas['ActorBody'] | null | undefined): string {
  if (!actor) return texts.hidden;
  if (actor.name) return actor.kind === 'system' ? texts.part(actor.name) : actor.name;
  // A person who was forgotten, or an engine that is gone.
  return actor.kind === 'engine' ? texts.engine : actor.kind === 'user' ? texts.person : texts.system;
}
