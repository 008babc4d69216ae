import type { Schemas } from '@/api/client';
import { table } from '@/texts/common';
import { segregation as texts } from '@/texts/segregation';
import { EventLink, Person, RequestLink } from './cells';

/** What must not have been, each with its event and its request. */
export function ViolationsTable({ rows, total }: { rows: Schemas['ViolationBody'][]; total: number }) {
  const { columns } = texts;
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.violations.title)}>
        <table className="table">
          <thead>
            <tr>
              <th>{columns.at}</th>
              <th>{columns.request}</th>
              <th>{columns.requester}</th>
              <th>{columns.who}</th>
              <th>{columns.act}</th>
              <th>{columns.breach}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.position}-${row.breach}`}>
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
                  <Person person={row.who} missing={texts.hidden} />
                </td>
                <td>{texts.acts[row.act] ?? row.act}</td>
                <td data-wrap>
                  {texts.breaches[row.breach] ?? row.words}
                  {row.through?.name && <span className="muted"> ({row.through.name})</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > rows.length && <p className="muted">{texts.violations.more(rows.length, total)}</p>}
    </>
  );
}
