import { Alert, Button, Group, Progress, Stack } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { importing } from '@/texts/discovery';
import { ownersOf, type Chosen } from '../chosen';
import { Paged } from './Paged';
import { Results } from './Results';
import { useImport } from './useImport';

const texts = importing.review;

interface Props {
  chosen: Chosen;
  onBack: () => void;
  /** It was begun: there is nothing to come back to. */
  onBegin: () => void;
}

/** What is going to happen, then what became of each. */
export function ReviewStep({ chosen, onBack, onBegin }: Props) {
  const navigate = useNavigate();
  const { domain, accounts, target } = chosen;
  const { run, start } = useImport();
  const [begun, setBegun] = useState(false);
  const { outcomes, all, busy, problem } = run;
  const finished = begun && !busy && !problem;
  const without = accounts.filter((account) => ownersOf(account, target).length === 0).length;
  const refused = outcomes.filter((outcome) => outcome.problem).length;
  const go = () => {
    setBegun(true);
    onBegin();
    void start(domain, accounts, target);
  };
  return (
    <Stack gap="md">
      <div role="status">
        {!begun && <b>{texts.would(accounts.length)}</b>}
        {finished && <b>{texts.done(outcomes.length - refused, refused)}</b>}
        {begun && !finished && <span className="muted">{texts.progress(outcomes.length, all)}</span>}
      </div>
      {busy && <Progress value={(100 * outcomes.length) / all} aria-label={texts.progress(outcomes.length, all)} />}
      {!begun && <div style={{ fontSize: '0.875rem' }}>{texts.consequence}</div>}
      {!begun && without > 0 && <Alert color="yellow" variant="light" title={texts.without(without)} />}
      {finished && outcomes.length > refused && (
        <div className="muted" style={{ fontSize: '0.875rem' }}>
          {texts.follows}
        </div>
      )}
      <ProblemAlert problem={problem} retry={() => void start(domain, accounts, target)} />
      {!begun && <Plan chosen={chosen} />}
      {outcomes.length > 0 && <Results outcomes={outcomes} />}
      <Group>
        {!begun && (
          <>
            <Button variant="default" onClick={onBack}>
              {common.back}
            </Button>
            <Button onClick={go} disabled={without > 0}>
              {texts.start(accounts.length)}
            </Button>
          </>
        )}
        {finished && (
          <>
            <Button onClick={() => void navigate({ to: '/unmanaged/accounts', search: { domain } })}>{texts.again}</Button>
            <Button variant="default" component={Link} to="/accounts">
              {texts.accounts}
            </Button>
          </>
        )}
      </Group>
    </Stack>
  );
}

/** Each account with whoever is going to be accountable for it. */
function Plan({ chosen }: { chosen: Chosen }) {
  const { accounts, target } = chosen;
  const template = api.useQuery('get', '/api/v1/templates/{id}', { params: { path: { id: target.template ?? '' } } }).data;
  // Who has nobody comes first: somebody has to be named.
  const sorted = accounts.toSorted(
    (one, other) => Math.min(1, ownersOf(one, target).length) - Math.min(1, ownersOf(other, target).length),
  );
  return (
    <>
      <dl className="facts">
        <dt>{texts.template}</dt>
        <dd>{template?.name}</dd>
        <dt>{texts.period}</dt>
        <dd>{target.period}</dd>
        <dt>{texts.reason}</dt>
        <dd>{target.reason}</dd>
      </dl>
      <Paged items={sorted}>
        {(shown) => (
          <div className="table-scroll" tabIndex={0} role="region" aria-label={texts.list}>
            <table className="table">
              <thead>
                <tr>
                  <th>{texts.account}</th>
                  <th>{texts.owners}</th>
                  <th>{texts.place}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((account) => (
                  <tr key={account.id}>
                    <td>{account.name}</td>
                    <td data-wrap>
                      {ownersOf(account, target)
                        .map((owner) => owner.name)
                        .join(', ') || <b>{common.nobody}</b>}
                    </td>
                    <td data-wide>{account.dn}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Paged>
    </>
  );
}
