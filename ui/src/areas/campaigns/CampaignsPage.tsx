import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { StatusPill } from '@/components/StatusPill';
import { LastUtcDay, Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { ListPage } from '@/components/table/ListPage';
import { TableFilter } from '@/components/table/TableFilter';
import { useTableState } from '@/components/table/useTableState';
import { number } from '@/texts/common';
import { campaigns as texts } from '@/texts/campaigns';
import { ProgressBar } from './ProgressBar';

type Row = Schemas['CampaignSummary'];

const columns: Column<Row>[] = [
  {
    id: 'name',
    header: texts.columns.name,
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/campaigns/$id" params={{ id: row.id }}>
        {row.name}
      </Link>
    ),
  },
  { id: 'status', header: texts.columns.status, cell: (row) => <CampaignStatus status={row.status} /> },
  { id: 'progress', header: texts.columns.progress, fixed: true, cell: (row) => <ProgressBar progress={row.progress} of={row.name} /> },
  { id: 'kept', header: texts.columns.kept, align: 'right', cell: (row) => number(row.progress.kept) },
  { id: 'revoked', header: texts.columns.revoked, align: 'right', cell: (row) => number(row.progress.revoked) },
  { id: 'due', header: texts.columns.due, cell: (row) => <LastUtcDay end={row.due} relative /> },
  { id: 'opened', header: texts.columns.opened, cell: (row) => <Time at={row.opened_at} relative /> },
];

export function CampaignStatus({ status }: { status: string }) {
  return <StatusPill tone={status === 'open' ? 'good' : 'off'} label={texts.statuses[status] ?? status} />;
}

/** All certification campaigns, for those who run them, and for auditors. */
export default function CampaignsPage() {
  const state = useTableState('opened');
  const status = state.search['status'];
  const chosen = status === 'open' || status === 'closed' ? { status } : {};
  const query = { ...chosen, limit: state.limit, offset: state.offset };
  const answer = api.useQuery(
    'get',
    '/api/v1/campaigns',
    { params: { query: query as never } },
    { placeholderData: keepPreviousData },
  );
  const starts = useCan()('managed-account:update:all');
  return (
    <ListPage
      name="campaigns"
      texts={texts}
      state={state}
      columns={columns}
      nameOf={(row) => row.name}
      answer={answer}
      toolbar={
        <TableFilter
          state={state}
          name="status"
          label={texts.status}
          any={texts.anyStatus}
          choices={Object.entries(texts.statuses).map(([value, label]) => ({ value, label }))}
        />
      }
      add={
        starts && (
          <Button component={Link} to="/campaigns/new" leftSection={<Plus size={16} />}>
            {texts.start}
          </Button>
        )
      }
    />
  );
}
