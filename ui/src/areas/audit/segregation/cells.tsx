import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { Time } from '@/components/Time';
import { segregation as texts } from '@/texts/segregation';

/** When it happened, leading to the event. */
export function EventLink({ position, at }: { position: number; at: string }) {
  return (
    <Link className="link" to="/audit/$position" params={{ position: String(position) }}>
      <Time at={at} show="minute" />
    </Link>
  );
}

/** A request by what it is called, where one may read it. */
export function RequestLink({ id, name }: { id: string; name?: string | null }) {
  return (
    <Link className="link" to="/requests/$id" params={{ id }} data-tip={id}>
      {name || id.slice(0, 8)}
    </Link>
  );
}

/** A person by name; `missing` where there is none to name. */
export function Person({ person, missing }: { person: Schemas['Named'] | undefined | null; missing: string }) {
  if (!person) return <span className="muted">{missing}</span>;
  return (
    <Link className="link" to="/users/$id" params={{ id: person.id }}>
      {person.name || texts.forgotten}
    </Link>
  );
}
