import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { actorName } from '@/components/actorName';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { event as texts } from '@/texts/audit';
import styles from './ActionTree.module.css';
import { treeOf, type Branch } from './actionTree';
import { MOST, useAction } from './useAction';

/** Why an event happened, and what came of it: everything that followed from the same action, as a tree. */
export function ActionTree({ event }: { event: Schemas['AuditEvent'] }) {
  const { data, error, refetch } = useAction(event);
  if (error) return <ProblemAlert problem={error} retry={() => void refetch()} />;
  if (!data) return <LoadingRows rows={3} />;
  return (
    <>
      <ul className={styles.tree}>
        {treeOf(data.items).map((branch) => (
          <Grown key={branch.event.id} branch={branch} current={event.position} />
        ))}
      </ul>
      {data.next && (
        <p className="muted" style={{ marginBottom: 0 }}>
          {texts.treeCut(MOST)}{' '}
          <Link className="link" to="/audit" search={{ correlation: event.correlation, sort: 'at' }}>
            {texts.treeWhole}
          </Link>
        </p>
      )}
    </>
  );
}

function Grown({ branch, current }: { branch: Branch; current: number }) {
  const { event, led } = branch;
  const here = event.position === current;
  return (
    <li>
      <div className={styles.event} {...(here ? { 'aria-current': 'true' as const } : {})}>
        {here ? (
          <span>{event.sentence}</span>
        ) : (
          <Link className="link" to="/audit/$position" params={{ position: String(event.position) }}>
            {event.sentence}
          </Link>
        )}
        <span className="muted" style={{ fontSize: '0.8125rem' }}>
          {event.name && `${event.name} · `}
          {actorName(event.actor)} · <Time at={event.at} show="minute" />
        </span>
      </div>
      {led.length > 0 && (
        <ul>
          {led.map((next) => (
            <Grown key={next.event.id} branch={next} current={current} />
          ))}
        </ul>
      )}
    </li>
  );
}
