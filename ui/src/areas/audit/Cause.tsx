import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { event as texts } from '@/texts/audit';
import { useAction } from './useAction';

/** The event that led to this one: what it says, and the way there; its id where it is not among the first of its action. */
export function Cause({ event }: { event: Schemas['AuditEvent'] }) {
  const { data } = useAction(event);
  const cause = data?.items.find(({ id }) => id === event.causation);
  if (!cause) return <code>{event.causation}</code>;
  return (
    <>
      <Link className="link" to="/audit/$position" params={{ position: String(cause.position) }}>
        {cause.sentence}
      </Link>{' '}
      <span className="muted">{texts.title(cause.position).toLowerCase()}</span>
    </>
  );
}
