import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState } from '@/components/table/useTableState';
import { campaigns, reviewing } from '@/texts/campaigns';
import { common } from '@/texts/common';
import { DoneAlert, type About } from './DoneAlert';
import { HandOverDialog } from './HandOverDialog';
import { Said } from './Said';
import { StandingPill } from './StandingPill';
import type { Decided } from './useDecisions';

const texts = campaigns.one;

type Row = Schemas['ReviewBody'];

const named = (owners: Schemas['OwnerBody'][]) =>
  owners.map(({ kind, name }) => (kind === 'group' ? common.group(name) : name)).join(', ');

const { columns: heads } = reviewing;

const columns: Column<Row>[] = [
  {
    id: 'name',
    header: heads.account,
    fixed: true,
    cell: (row) => (
      <Link className="link" to="/accounts/$id" params={{ id: row.account }}>
        {row.name}
      </Link>
    ),
  },
  {
    id: 'standing',
    header: heads.standing,
    fixed: true,
    wrap: true,
    cell: (row) => (
      <>
        <StandingPill standing={row.standing} /> {row.detail && <span className="muted">{row.detail}</span>}
      </>
    ),
  },
  {
    id: 'reviewers',
    header: heads.reviewers,
    wrap: true,
    cell: (row) => (row.reviewers.length > 0 ? named(row.reviewers) : <b>{reviewing.nobody}</b>),
  },
  { id: 'decision', header: heads.decision, wrap: true, cell: (row) => row.decided && <Said decided={row.decided} /> },
  { id: 'ordered', header: heads.ordered, cell: (row) => row.ordered && <Time at={row.ordered.at} show="minute" /> },
  {
    id: 'observed',
    header: heads.observed,
    cell: (row) => row.standing === 'observed' && row.followed && <Time at={row.followed.at} show="minute" />,
  },
  { id: 'owners', header: heads.owners, hidden: true, wrap: true, cell: (row) => named(row.owners) },
  { id: 'domain', header: heads.domain, hidden: true, cell: (row) => row.domain.name },
];

const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** All accounts of a campaign: who reviews each, what was said, and what came of each revocation. */
export function CampaignAccounts({ campaign, handsOver }: { campaign: Schemas['CampaignBody']; handsOver: boolean }) {
  const state = useTableState('name');
  const query = {
    search: state.search.q,
    standing: text(state.search['standing']),
    reviewer: text(state.search['reviewer']),
    limit: state.limit,
    offset: state.offset,
  };
  const answer = api.useQuery(
    'get',
    '/api/v1/campaigns/{id}/reviews',
    { params: { path: { id: campaign.id }, query } },
    { placeholderData: keepPreviousData },
  );
  const [chosen, setChosen] = useState<ReadonlyMap<string, About>>(new Map());
  const [handing, setHanding] = useState(false);
  const [outcomes, setOutcomes] = useState<{ of: Decided[]; about: ReadonlyMap<string, About> } | null>(null);
  const rows = answer.data?.items;
  const change = (ids: Set<string>) => {
    const known = new Map([...chosen, ...(rows ?? []).map(({ id, account, name }) => [id, { account, name }] as const)]);
    setChosen(new Map([...ids].flatMap((id) => (known.has(id) ? [[id, known.get(id) as About] as const] : []))));
  };
  return (
    <>
      {outcomes && <DoneAlert outcomes={outcomes.of} about={outcomes.about} onClose={() => setOutcomes(null)} />}
      <DataTable
        name="campaign-accounts"
        label={texts.accounts}
        state={state}
        columns={columns}
        nameOf={(row) => row.name}
        rows={rows}
        total={answer.data?.total}
        stale={answer.isPlaceholderData}
        problem={answer.error}
        retry={() => void answer.refetch()}
        noMatch={texts.noMatch}
        empty={texts.noMatch}
        toolbar={
          <>
            <TableSearch state={state} placeholder={texts.search} />
            <TableFilter
              state={state}
              name="standing"
              several
              label={texts.standing}
              any={texts.anyStanding}
              choices={Object.entries(reviewing.standings).map(([value, { label }]) => ({ value, label }))}
            />
          </>
        }
        {...(handsOver
          ? {
              selection: {
                ids: new Set(chosen.keys()),
                change,
                actions: (
                  <Button size="xs" onClick={() => setHanding(true)}>
                    {texts.handOver}
                  </Button>
                ),
              },
            }
          : {})}
      />
      {handing && (
        <HandOverDialog
          reviews={[...chosen.keys()]}
          onDone={(of) => {
            setOutcomes({ of, about: chosen });
            setChosen(new Map());
          }}
          onClose={() => setHanding(false)}
        />
      )}
    </>
  );
}
