import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { StatusPill } from '@/components/StatusPill';
import { table } from '@/texts/common';
import { followed } from '@/texts/followed';

const texts = followed.groups;

/** The groups whose members are users, and whether they are there. */
export function FollowedGroups({ groups }: { groups: Schemas['FollowedGroupBody'][] }) {
  if (groups.length === 0) return <EmptyState {...texts.none} />;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.title)}>
      <table className="table">
        <thead>
          <tr>
            <th>{texts.group}</th>
            <th>{texts.members}</th>
            <th>{texts.state}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ object, name, group, missing }) => (
            <tr key={object}>
              <td>{name}</td>
              <td>
                {group && (
                  <Link className="link" to="/groups/$id" params={{ id: group.id }}>
                    {group.name}
                  </Link>
                )}
              </td>
              <td>
                {missing ? (
                  <StatusPill tone="bad" label={texts.missing} hint={texts.missingHint} />
                ) : (
                  <StatusPill tone="good" label={texts.there} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
