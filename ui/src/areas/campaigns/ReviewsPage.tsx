import { Button, Group, Menu } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan, useHas, useSession } from '@/api/session';
import { ownerName } from '@/areas/accounts/OwnerNames';
import { AccountStatusPill } from '@/areas/accounts/status';
import { LastDay, LastUtcDay, Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { ListPage } from '@/components/table/ListPage';
import { TableFilter } from '@/components/table/TableFilter';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState } from '@/components/table/useTableState';
import { reviewing } from '@/texts/campaigns';
import { DecideDialog } from './DecideDialog';
import { DoneAlert, type About } from './DoneAlert';
import { HandOverDialog } from './HandOverDialog';
import { Said } from './Said';
import { StandingPill } from './StandingPill';
import type { Decided, Decision } from './useDecisions';

const texts = reviewing.mine;

type Row = Schemas['ReviewBody'];
type Asked = { what: Decision | 'hand-over'; of: ReadonlyMap<string, About> };

const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** Accounts that one is asked about: kept, revoked, not known, or handed over, one by one or many at once. Of closed
 * campaigns, what one was asked and what was said. */
export default function ReviewsPage() {
  const state = useTableState('name');
  const closed = state.search['campaigns'] === 'closed';
  const query = {
    search: state.search.q,
    ...(closed ? { campaigns: 'closed' as const } : {}),
    campaign: text(state.search['campaign']),
    standing: text(state.search['standing']),
    limit: state.limit,
    offset: state.offset,
  };
  const answer = api.useQuery('get', '/api/v1/reviews', { params: { query } }, { placeholderData: keepPreviousData });
  const decides = useCan()('managed-account:update') && !closed;
  const [chosen, setChosen] = useState<ReadonlyMap<string, About>>(new Map());
  const [asked, setAsked] = useState<Asked | null>(null);
  const [outcomes, setOutcomes] = useState<{ of: Decided[]; about: ReadonlyMap<string, About> } | null>(null);
  const rows = answer.data?.items ?? [];
  const change = (ids: Set<string>) => {
    const known = new Map([...chosen, ...rows.map(({ id, account, name }) => [id, { account, name }] as const)]);
    setChosen(new Map([...ids].flatMap((id) => (known.has(id) ? [[id, known.get(id) as About] as const] : []))));
  };
  const ask = (what: Asked['what'], row: Row) =>
    setAsked({ what, of: new Map([[row.id, { account: row.account, name: row.name }]]) });
  const askChosen = (what: Asked['what']) => setAsked({ what, of: chosen });
  const done = (of: Decided[]) => {
    if (asked) setOutcomes({ of, about: asked.of });
    setChosen(new Map());
  };
  const campaigns = new Map(rows.map(({ campaign }) => [campaign.id, campaign.name]));
  return (
    <>
      <ListPage
        name={closed ? 'closed-reviews' : 'reviews'}
        texts={closed ? texts.closed : texts}
        state={state}
        columns={closed ? SAID : columnsOf(decides ? ask : undefined)}
        nameOf={(row) => row.name}
        answer={answer}
        toolbar={
          <>
            <TableSearch state={state} placeholder={texts.search} />
            <TableFilter
              state={state}
              name="campaigns"
              label={texts.campaigns}
              any={texts.running}
              choices={[{ value: 'closed', label: texts.closed.choice }]}
            />
            <TableFilter
              state={state}
              name="standing"
              label={texts.standing}
              any={closed ? texts.closed.anyStanding : texts.anyStanding}
              choices={closed ? STANDINGS : [{ value: 'kept', label: texts.answered }]}
            />
            <TableFilter
              state={state}
              name="campaign"
              label={texts.campaign}
              any={texts.anyCampaign}
              choices={[...campaigns].map(([value, label]) => ({ value, label }))}
            />
          </>
        }
        notice={outcomes && <DoneAlert outcomes={outcomes.of} about={outcomes.about} onClose={() => setOutcomes(null)} />}
        {...(decides
          ? {
              selection: {
                ids: new Set(chosen.keys()),
                change,
                actions: (
                  <>
                    <Button size="xs" onClick={() => askChosen('keep')}>
                      {reviewing.decisions.keep}
                    </Button>
                    <Button size="xs" variant="default" onClick={() => askChosen('revoke')}>
                      {reviewing.decisions.revoke}
                    </Button>
                    <Button size="xs" variant="default" onClick={() => askChosen('do-not-know')}>
                      {reviewing.decisions['do-not-know']}
                    </Button>
                    <Button size="xs" variant="default" onClick={() => askChosen('hand-over')}>
                      {reviewing.handOver}
                    </Button>
                  </>
                ),
              },
            }
          : {})}
      />
      {asked && asked.what !== 'hand-over' && (
        <DecideDialog
          decision={asked.what}
          reviews={new Map([...asked.of].map(([id, { name }]) => [id, name]))}
          onDone={done}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.what === 'hand-over' && (
        <HandOverDialog reviews={[...asked.of.keys()]} onDone={done} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

const STANDINGS = Object.entries(reviewing.standings).map(([value, { label }]) => ({ value, label }));

/** To the account, for who may see it: a reviewer who is no owner is told here all that there is to see. */
function AccountName({ review }: { review: Row }) {
  const session = useSession();
  const all = useHas()('managed-account:read:all');
  const asked = new Set(review.reviewers.map(({ id }) => id));
  const owns = review.owners.some(({ id, kind }) => (kind === 'group' ? asked.has(id) : id === session?.user));
  if (!all && !owns) return <b>{review.name}</b>;
  return (
    <Link className="link" to="/accounts/$id" params={{ id: review.account }}>
      {review.name}
    </Link>
  );
}

/** What was said in campaigns that are closed. */
const SAID: Column<Row>[] = [
  { id: 'name', header: reviewing.columns.account, fixed: true, cell: (row) => <AccountName review={row} /> },
  {
    id: 'standing',
    header: reviewing.columns.standing,
    fixed: true,
    wrap: true,
    cell: (row) => (
      <>
        <StandingPill standing={row.standing} /> {row.detail && <span className="muted">{row.detail}</span>}
      </>
    ),
  },
  { id: 'decision', header: reviewing.columns.decision, wrap: true, cell: (row) => row.decided && <Said decided={row.decided} /> },
  { id: 'said', header: reviewing.columns.when, cell: (row) => row.decided && <Time at={row.decided.at} show="minute" /> },
  { id: 'campaign', header: reviewing.columns.campaign, wrap: true, cell: (row) => row.campaign.name },
  { id: 'domain', header: reviewing.columns.domain, hidden: true, cell: (row) => row.domain.name },
];

function columnsOf(ask: ((what: Asked['what'], row: Row) => void) | undefined): Column<Row>[] {
  const { columns } = reviewing;
  const all: Column<Row>[] = [
    {
      id: 'name',
      header: columns.account,
      fixed: true,
      cell: (row) => (
        <>
          <AccountName review={row} /> {row.standing !== 'open' && <StandingPill standing={row.standing} />}
          {row.on_behalf_of && <div className="muted">{reviewing.inTheNameOf(row.on_behalf_of.name)}</div>}
        </>
      ),
    },
    { id: 'description', header: columns.purpose, wrap: true, cell: (row) => row.now?.description },
    {
      id: 'owners',
      header: columns.owners,
      wrap: true,
      cell: (row) => row.owners.map(ownerName).join(', '),
    },
    { id: 'status', header: columns.status, cell: (row) => row.now && <AccountStatusPill status={row.now.status} /> },
    { id: 'ends', header: columns.ends, cell: (row) => row.now && <LastDay end={row.now.lifecycle_end} /> },
    { id: 'domain', header: columns.domain, hidden: true, cell: (row) => row.domain.name },
    { id: 'template', header: columns.template, hidden: true, cell: (row) => row.now?.template.name },
    { id: 'campaign', header: columns.campaign, wrap: true, cell: (row) => row.campaign.name },
    { id: 'due', header: columns.due, cell: (row) => <LastUtcDay end={row.due} /> },
  ];
  if (!ask) return all;
  all.push({
    id: 'decide',
    header: columns.decide,
    fixed: true,
    near: true,
    cell: (row) => (
      <Group gap={6} wrap="nowrap">
        <Button size="compact-xs" variant="light" aria-label={reviewing.keepOne(row.name)} onClick={() => ask('keep', row)}>
          {reviewing.decisions.keep}
        </Button>
        <Button size="compact-xs" variant="default" aria-label={reviewing.revokeOne(row.name)} onClick={() => ask('revoke', row)}>
          {reviewing.decisions.revoke}
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="compact-xs" variant="default" aria-label={reviewing.moreOf(row.name)}>
              <Ellipsis size={14} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => ask('do-not-know', row)}>{reviewing.decisions['do-not-know']}</Menu.Item>
            <Menu.Item onClick={() => ask('hand-over', row)}>{reviewing.handOver}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
    ),
  });
  return all;
}
