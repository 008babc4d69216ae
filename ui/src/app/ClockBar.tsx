import { Button, Group, Loader } from '@mantine/core';
import { Clock } from 'lucide-react';
import { api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { queryClient } from '@/api/queries';
import { useCan } from '@/api/session';
import { OffReason } from '@/components/OffReason';
import { ProblemAlert } from '@/components/ProblemAlert';
import { clock as texts } from '@/texts/clock';
import classes from './ClockBar.module.css';
import { formatDayTime, formatFull } from './time';

const STEPS = [
  [texts.steps.day, 1],
  [texts.steps.week, 7],
  [texts.steps.month, 30],
  [texts.steps.quarter, 90],
] as const;

/** In the demo, where the business clock is a virtual one: moves it forward, so that one sees a lifecycle happen. */
export function ClockBar() {
  const system = api.useQuery('get', '/api/v1/system', {});
  const advance = api.useMutation('post', '/api/v1/clock/advance');
  const can = useCan();
  if (!system.data?.virtual_clock) return null;
  const now = system.data.business_time;
  const off = can('configuration:update') ? undefined : texts.onlyAdministrators;
  const move = async (days: number) => {
    try {
      await advance.mutateAsync({ body: { days } });
    } catch {
      // Shown below.
    }
    await queryClient.invalidateQueries();
  };
  return (
    <section className={classes['bar']} aria-label={texts.label}>
      <Group gap={8} wrap="nowrap">
        <Clock size={16} aria-hidden />
        <span data-tip={`${texts.hint}\n${formatFull(now)}`}>
          {texts.now} <b className="number">{formatDayTime(now)}</b>
        </span>
      </Group>
      <Group gap={6} role="group" aria-label={texts.forward}>
        <span className="muted wide">{texts.forward}</span>
        {STEPS.map(([label, days]) => (
          <OffReason key={days} reason={off}>
            <Button
              size="compact-xs"
              variant="default"
              disabled={!!off || advance.isPending}
              onClick={() => void move(days)}
            >
              {label}
            </Button>
          </OffReason>
        ))}
      </Group>
      <span className={`muted wide ${classes['other']}`}>{texts.other}</span>
      <span role="status" className={classes['outcome']}>
        {advance.isPending && (
          <>
            <Loader size={14} aria-hidden /> {texts.moving}
          </>
        )}
        {advance.data && !advance.isPending && texts.moved(advance.data.fired)}
      </span>
      {advance.error && <ProblemAlert problem={asProblem(advance.error)} />}
    </section>
  );
}
