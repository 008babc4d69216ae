import { Alert, Button, Checkbox, Group, Progress, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { formatDay, lastFullDay } from '@/app/time';
import { common } from '@/texts/common';
import { migration } from '@/texts/migration';
import type { Target } from './TargetStep';
import { useMigration, type Outcome } from './useMigration';

const texts = migration.review;
/** More rows than people read; the numbers above are of all. */
const SHOWN = 200;

interface Props {
  accounts: string[];
  target: Target;
  onBack: () => void;
  /** It was begun: there is nothing to come back to. */
  onDone: () => void;
  onAgain: () => void;
}

/** What would become of each account, then what became of it. */
export function ReviewStep({ accounts, target, onBack, onDone, onAgain }: Props) {
  const preview = useMigration('/api/v1/migrations/preview');
  const migrate = useMigration('/api/v1/migrations');
  const [pastConfirmed, setPastConfirmed] = useState(false);
  const body = bodyOf(target);
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    void preview.start(accounts, { ...bodyOf(target), past_end_confirmed: true });
  }, [accounts, preview, target]);
  const began = migrate.run.all > 0;
  const { outcomes, problem, busy, all } = began ? migrate.run : preview.run;
  const moving = outcomes.filter((outcome) => outcome.migrates);
  const atOnce = outcomes.filter((outcome) => outcome.ends_at_once).length;
  const finished = began && !busy && !problem;
  const ready = !busy && !problem && moving.length > 0 && (atOnce === 0 || pastConfirmed);
  const start = () => {
    onDone();
    void migrate.start(
      moving.map((outcome) => outcome.account),
      { ...body, past_end_confirmed: pastConfirmed },
    );
  };
  const sentence = began ? texts.moved : texts.would;
  return (
    <Stack gap="md">
      <div role="status">
        {busy && (
          <>
            <div className="muted">{began ? texts.progress(outcomes.length, all) : texts.asking}</div>
            <Progress value={all === 0 ? 0 : (100 * outcomes.length) / all} aria-label={texts.progress(outcomes.length, all)} />
          </>
        )}
        {!busy && <b>{sentence(moving.length, outcomes.length - moving.length)}</b>}
      </div>
      <ProblemAlert problem={problem} retry={began ? undefined : () => void preview.start(accounts, { ...body, past_end_confirmed: true })} />
      {!began && atOnce > 0 && (
        <Alert color="yellow" variant="light" title={texts.atOnce(atOnce)}>
          <Checkbox
            label={texts.confirmPast}
            checked={pastConfirmed}
            onChange={(event) => setPastConfirmed(event.currentTarget.checked)}
          />
        </Alert>
      )}
      {outcomes.length > 0 && <Outcomes outcomes={outcomes} done={began} />}
      <Group>
        {!began && (
          <Button variant="default" onClick={onBack} disabled={busy}>
            {common.back}
          </Button>
        )}
        {!finished && (
          <Button onClick={start} disabled={!ready} loading={began && busy}>
            {texts.start(moving.length)}
          </Button>
        )}
        {finished && <Button onClick={onAgain}>{texts.again}</Button>}
      </Group>
    </Stack>
  );
}

function bodyOf(target: Target): Omit<Schemas['MigrationBody'], 'accounts'> {
  const owners = target.owners.map(({ id, kind }) => ({ id, kind: kind as 'user' | 'group' }));
  return {
    template: target.template ?? '',
    template_version: target.version,
    period: target.period,
    end_date: target.endDate === '' ? null : target.endDate,
    owners: owners.length > 0 ? owners : null,
    move_to_ou: target.moveToOu,
    move_secret: target.moveSecret,
    reason: target.reason.trim(),
  };
}

function Outcomes({ outcomes, done }: { outcomes: Outcome[]; done: boolean }) {
  // What stays comes first: somebody has to look at it.
  const sorted = outcomes.toSorted((one, other) => Number(one.migrates) - Number(other.migrates));
  const shown = sorted.slice(0, SHOWN);
  return (
    <div>
      <div className="table-scroll" style={{ maxHeight: 460 }} tabIndex={0} role="region" aria-label={texts.outcome}>
        <table className="table">
          <thead>
            <tr>
              <th>{texts.account}</th>
              <th>{texts.outcome}</th>
              <th>{texts.before}</th>
              <th>{texts.after}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((outcome) => (
              <Row key={outcome.account} outcome={outcome} done={done} />
            ))}
          </tbody>
        </table>
      </div>
      {sorted.length > SHOWN && <p className="muted">{texts.first(SHOWN, sorted.length)}</p>}
    </div>
  );
}

function Row({ outcome, done }: { outcome: Outcome; done: boolean }) {
  return (
    <tr>
      <td>
        <Link className="link" to="/accounts/$id" params={{ id: outcome.account }}>
          {outcome.name}
        </Link>
      </td>
      <td data-wrap>
        {outcome.migrates ? (
          <StatusPill tone="good" label={done ? texts.movedOne : texts.moves} />
        ) : (
          <>
            <StatusPill tone="late" label={texts.stays} /> <span className="muted">{outcome.problem?.detail}</span>
          </>
        )}
        {outcome.ends_at_once && <StatusPill tone="warning" label={texts.endsAtOnce} />}
      </td>
      <td>{outcome.before && <Terms terms={outcome.before} />}</td>
      <td>{outcome.after && <Terms terms={outcome.after} />}</td>
    </tr>
  );
}

function Terms({ terms }: { terms: Schemas['AccountTerms'] }) {
  const end = terms.lifecycle_end && formatDay(lastFullDay(terms.lifecycle_end));
  const owners = terms.owners.map((owner) => owner.name).join(', ');
  return (
    <span data-tip={[terms.ou, owners].join('\n')}>
      {terms.template.name} {terms.template_version} · {terms.period} · {end}
    </span>
  );
}
