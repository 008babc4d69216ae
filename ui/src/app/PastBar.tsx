import { Button, Group, Slider, TextInput } from '@mantine/core';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { History, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { pageKnowsPast, useStanding } from '@/api/past';
import { past as texts } from '@/texts/past';
import { dayNumber, instantOf, isMoment, localOf, momentOf } from './moments';
import classes from './PastBar.module.css';
import { formatDay, formatDayTime, formatFull } from './time';

/** Says that the page shows how things were, and when; moves to another moment, or back to now. */
export default function PastBar({ moment }: { moment: string }) {
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const knows = pageKnowsPast(path);
  const standing = useStanding(moment);
  const go = (as_of: string | undefined) =>
    void navigate({ to: '.', search: ((search: object) => ({ ...search, page: undefined, as_of })) as never, replace: true, resetScroll: false });
  const instant = standing?.instant ?? (isMoment(moment) ? moment : undefined);
  return (
    <section className={classes['bar']} aria-label={texts.label}>
      <Group gap={10} wrap="nowrap" role="status">
        <History size={18} aria-hidden style={{ flex: 'none' }} />
        <span>
          {knows ? texts.asItWas : texts.notHere}{' '}
          {knows && instant && <b data-tip={formatFull(instant)}>{formatDayTime(instant)}</b>}
          {knows && !instant && <b>{texts.position(moment)}</b>}
          {knows && '. '}
          {knows && texts.readOnly}{' '}
          {knows && standing && <span className="muted number">{texts.stands(standing.position)}</span>}
        </span>
      </Group>
      {knows && instant && <Moments instant={instant} go={go} />}
      <Button size="xs" leftSection={<RotateCcw size={14} />} onClick={() => go(undefined)}>
        {texts.backToNow}
      </Button>
    </section>
  );
}

/** A slider of days since the history began, and a field for the minute. */
function Moments({ instant, go }: { instant: string; go: (moment: string) => void }) {
  const system = api.useQuery('get', '/api/v1/system', {}, { staleTime: 60_000 });
  // What is moved or typed, until it is taken.
  const [moved, setMoved] = useState<number | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  if (!system.data) return null;
  const now = Date.parse(system.data.business_time);
  const first = dayNumber(Date.parse(system.data.began ?? instant));
  const days = Math.max(1, dayNumber(now) - first);
  const day = Math.min(Math.max(moved ?? dayNumber(Date.parse(instant)) - first, 0), days);
  const of = (value: number) => momentOf(first + value, now);
  const chosen = typed === null ? undefined : instantOf(typed);
  const wrong = typed !== null && (chosen === undefined || Date.parse(chosen) > now);
  const take = () => {
    if (!chosen || wrong) return;
    setTyped(null);
    if (typed !== localOf(instant)) go(chosen);
  };
  return (
    <>
      <Slider
        className={classes['slider']}
        thumbLabel={texts.day}
        min={0}
        max={days}
        value={day}
        label={(value) => formatDay(of(value))}
        onChange={setMoved}
        onChangeEnd={(value) => {
          setMoved(null);
          go(of(value));
        }}
        size="sm"
      />
      <TextInput
        type="datetime-local"
        size="xs"
        aria-label={texts.minute}
        value={typed ?? localOf(instant)}
        error={wrong && texts.notPast}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
    </>
  );
}
