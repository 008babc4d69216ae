import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { table } from '@/texts/common';
import { followed } from '@/texts/followed';

const texts = followed.problems;

/** Who cannot be kept in step, and what helps. */
export function NotInStep({ problems }: { problems: Schemas['PersonProblemBody'][] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.title)}>
      <table className="table">
        <thead>
          <tr>
            <th>{texts.name}</th>
            <th>{texts.why}</th>
          </tr>
        </thead>
        <tbody>
          {problems.map(({ object, name, detail, user }) => (
            <tr key={`${object} ${name}`}>
              <td>{name}</td>
              <td>
                {detail}{' '}
                {user && (
                  <Link className="link" to="/users/$id" params={{ id: user }}>
                    {texts.user}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
