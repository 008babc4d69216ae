import type { Schemas } from '@/api/client';
import { table } from '@/texts/common';
import { segregation as texts } from '@/texts/segregation';
import { EventLink, Person, RequestLink } from './cells';

/** Steps that administrators decided, each with its reason. */
export function OverridesTable({ rows, total }: { rows: Schemas['OverrideBody'][]; total: number }) {
  const { columns } = texts;
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.overrides.title)}>
        <table className="table">
          <thead>
            <tr>
              <th>{columns.at}</th>
              <th>{columns.request}</th>
              <th>{columns.requester}</th>
              <th>{columns.overridden}</th>
              <th>{columns.reason}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.position}>
                <td>
                  <EventLink position={row.position} at={row.at} />
                </td>
                <td>
                  <RequestLink id={row.request} name={row.name} />
                </td>
                <td>
                  <Person person={row.requester} missing={texts.nobody} />
                </td>
                <td>
                  <Person person={row.administrator} missing={texts.hidden} />
                  <div className="muted">{row.step}</div>
                </td>
                <td data-wrap>
                  {row.reason}
                  {row.in_spite_of && (
                    <div className="muted">
                      {columns.inSpiteOf}: {texts.breaches[row.in_spite_of] ?? row.in_spite_of}
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > rows.length && <p className="muted">{texts.overrides.more(rows.length, total)}</p>}
    </>
  );
}
