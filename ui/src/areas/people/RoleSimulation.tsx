import { Button, Progress } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { http, type Schemas } from '@/api/client';
import { useParts } from '@/api/useParts';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { ProblemAlert } from '@/components/ProblemAlert';
import { table } from '@/texts/common';
import { simulation } from '@/texts/simulation';
import { sumOf } from './roleSums';

const { role: texts, columns } = simulation;

interface Props {
  id: string;
  /** As they are chosen now. */
  permissions: ReadonlySet<string>;
}

/** What saving the role would do, tried out before. */
export function RoleSimulation({ id, permissions }: Props) {
  const { sum, busy, problem, start } = useParts<Schemas['RoleSimulation']>(sumOf);
  const simulate = () => {
    const chosen = [...permissions].toSorted();
    void start((cursor) =>
      http.POST('/api/v1/roles/{id}/simulate', {
        params: { path: { id } },
        body: { permissions: chosen, ...(cursor === undefined ? {} : { cursor }) },
      }),
    );
  };
  const said = !sum ? '' : busy ? texts.looking(sum.people.looked_at, sum.approvals.looked_at) : texts.done(sum.people.looked_at);
  return (
    <Card
      title={simulation.title}
      aside={
        <Button size="xs" variant="default" leftSection={<FlaskConical size={15} />} loading={busy} onClick={simulate}>
          {sum && !busy ? simulation.again : simulation.start}
        </Button>
      }
    >
      <p className="muted" style={{ margin: 0, fontSize: '0.8125rem', maxWidth: '90ch' }}>
        {texts.hint}
      </p>
      <ProblemAlert problem={problem} retry={simulate} />
      {busy && <Progress mt="sm" value={100} animated aria-label={said || simulation.start} />}
      <p role="status" className="number" style={{ margin: said ? '8px 0' : 0, fontSize: '0.875rem' }}>
        {said}
        {sum && !busy && sum.people.losing > 0 && ` · ${texts.losing(sum.people.losing)}`}
        {sum && !busy && sum.people.gaining > 0 && ` · ${texts.gaining(sum.people.gaining)}`}
      </p>
      {sum && !busy && (
        <div className="grid">
          <People people={sum.people} />
          <Approvals approvals={sum.approvals} />
        </div>
      )}
    </Card>
  );
}

function People({ people }: { people: Schemas['SimulatedPeople'] }) {
  if (people.losing + people.gaining === 0) {
    return (
      <section className="span-7" aria-label={texts.people}>
        <EmptyState compact {...texts.nobody} />
      </section>
    );
  }
  return (
    <section className="span-7" aria-label={texts.people}>
      <ul style={{ margin: '0 0 10px', paddingLeft: 18, fontSize: '0.875rem' }}>
        {Object.entries(people.permissions).map(([permission, { losing, gaining }]) => (
          <li key={permission}>
            <code>{permission}</code>: {texts.permission(losing, gaining)}
          </li>
        ))}
      </ul>
      {people.hidden && <p className="muted">{simulation.template.hidden}</p>}
      {people.items.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.people)}>
          <table className="table">
            <thead>
              <tr>
                <th>{columns.person}</th>
                <th>{columns.permission}</th>
                <th>{columns.before}</th>
                <th>{columns.after}</th>
              </tr>
            </thead>
            <tbody>
              {people.items.flatMap(({ user, changes }) =>
                changes.map(({ permission, before, after }) => (
                  <tr key={`${user.id} ${permission}`}>
                    <td>
                      <Link className="link" to="/users/$id" params={{ id: user.id }}>
                        {user.name}
                      </Link>
                    </td>
                    <td>
                      <code>{permission}</code>
                    </td>
                    <td className="muted">{texts.reaches[before] ?? before}</td>
                    <td>{texts.reaches[after] ?? after}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Approvals({ approvals }: { approvals: Schemas['SimulatedApprovals'] }) {
  const { without_approver: without, items, hidden } = approvals;
  return (
    <section className="span-5" aria-label={texts.approvals}>
      {without === 0 ? (
        <EmptyState compact {...texts.all} />
      ) : (
        <>
          <b style={{ fontSize: '0.875rem' }}>{texts.without(without)}</b>
          {hidden && <p className="muted">{simulation.template.hidden}</p>}
          <ul style={{ margin: '4px 0 0', paddingLeft: 18, fontSize: '0.875rem' }}>
            {items.map(({ id, name, step }) => (
              <li key={id}>
                <Link className="link" to="/requests/$id" params={{ id }}>
                  {name}
                </Link>{' '}
                <span className="muted">{step}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
