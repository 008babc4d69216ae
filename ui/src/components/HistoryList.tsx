import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { account as texts } from '@/texts/account';
import { actorName } from './actorName';
import { Time } from './Time';
import classes from './HistoryList.module.css';

const FIRST = 25;

/** What happened to an object, the newest first. */
export function HistoryList({ entries }: { entries: Schemas['HistoryEntry'][] }) {
  const [all, setAll] = useState(false);
  const newest = entries.toReversed();
  const shown = all ? newest : newest.slice(0, FIRST);
  return (
    <>
      <ol className={classes['list']} reversed>
        {shown.map((entry) => (
          <li key={entry.id}>
            <div className={classes['head']}>
              <span className={classes['sentence']}>{entry.sentence}</span>
              <span className="muted" style={{ fontSize: '0.75rem', whiteSpace: 'nowrap' }}>
                <Time at={entry.at} show="minute" />
              </span>
            </div>
            <div className="muted" style={{ fontSize: '0.75rem' }}>
              {texts.history.by(actorName(entry.actor))} ·{' '}
              {texts.history.position(entry.position)}
            </div>
          </li>
        ))}
      </ol>
      {newest.length > shown.length && (
        <Button size="xs" variant="default" onClick={() => setAll(true)}>
          {texts.history.more}
        </Button>
      )}
    </>
  );
}
