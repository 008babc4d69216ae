import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { removing } from '@/texts/discovery';
import { Signals } from '../Signals';

const texts = removing.list;

export type RemovalRow = Schemas['RemovalBody'] & { id: string };

const TONES: Record<Schemas['RemovalState'], Tone> = {
  disabling: 'pending',
  disabled: 'late',
  deleting: 'pending',
  deleted: 'off',
  cancelling: 'pending',
  kept: 'good',
};

/** With what is offered for those that can still be kept, if one may. */
export function columns(keep: ((row: RemovalRow) => ReactNode) | undefined): Column<RemovalRow>[] {
  return [
    {
      id: 'name',
      header: texts.columns.name,
      fixed: true,
      cell: (row) => (
        <Link className="link" to="/accounts/$id" params={{ id: row.account }}>
          {row.name}
        </Link>
      ),
    },
    { id: 'state', header: texts.columns.state, fixed: true, wrap: true, cell: (row) => <State row={row} /> },
    {
      id: 'begun',
      header: texts.columns.since,
      wrap: true,
      cell: (row) => (
        <>
          <Time at={row.begun_at} relative /> <span className="muted">{texts.by(row.by.name)}</span>
        </>
      ),
    },
    { id: 'reason', header: texts.columns.reason, wrap: true, cell: (row) => row.reason },
    { id: 'delete-at', header: texts.columns.deleteAt, cell: (row) => row.delete_at && <Time at={row.delete_at} relative /> },
    { id: 'useless', header: texts.columns.useless, wrap: true, cell: (row) => <Signals signals={row.useless} /> },
    { id: 'description', header: texts.columns.description, hidden: true, wrap: true, cell: (row) => row.description },
    { id: 'place', header: texts.columns.place, hidden: true, wrap: true, cell: (row) => row.ou },
    ...(keep ? [{ id: 'keep', header: texts.columns.keep, cell: (row: RemovalRow) => row.cancellable && keep(row) }] : []),
  ];
}

function State({ row }: { row: RemovalRow }) {
  const { failure } = row;
  const refused = row.state === 'kept' && failure;
  const { label, hint } = refused ? texts.leftAlone : texts.states[row.state];
  return (
    <>
      <StatusPill tone={refused || failure ? 'warning' : TONES[row.state]} label={label} hint={hint} />{' '}
      {failure && (
        <span className="muted">
          {failure.explanation} {failure.detail}
        </span>
      )}
    </>
  );
}
