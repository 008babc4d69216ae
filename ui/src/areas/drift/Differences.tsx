import type { Schemas } from '@/api/client';
import { Time } from '@/components/Time';
import { drift as texts } from '@/texts/drift';
import classes from './Differences.module.css';
import { shortName, valuesOf } from './values';

type Difference = Schemas['DriftDifference'];

interface Props {
  differences: Difference[];
  notCompared?: string[] | undefined;
}

/** What differs of one account: what was ordered, what the directory says, and since when. */
export function Differences({ differences, notCompared = [] }: Props) {
  return (
    <ul className={classes['list']}>
      {differences.map((difference) => (
        <One key={`${difference.field} ${difference.of ?? ''}`} difference={difference} />
      ))}
      {notCompared.length > 0 && <li className="muted">{texts.notCompared(notCompared.join(', '))}</li>}
    </ul>
  );
}

function One({ difference }: { difference: Difference }) {
  const { field, of, wanted, observed, since, repairable } = difference;
  return (
    <li>
      <b data-tip={of ?? undefined}>{texts.fieldOf(field, of && shortName(of))}</b>{' '}
      <span className="muted">
        {texts.since} <Time at={since} show="minute" />
      </span>
      {!repairable && (
        <span className={classes['hand']} data-tip={texts.notRepairable}>
          !<span className="visually-hidden"> {texts.notRepairable}</span>
        </span>
      )}
      <dl className={classes['values']}>
        <dt>{texts.ordered}</dt>
        <dd>{valuesOf(field, wanted)}</dd>
        <dt>{texts.is}</dt>
        <dd>
          <span className={classes['found']}>{valuesOf(field, observed)}</span>
        </dd>
      </dl>
    </li>
  );
}
