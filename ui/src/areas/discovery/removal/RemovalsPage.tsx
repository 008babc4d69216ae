import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ListPage } from '@/components/table/ListPage';
import { TableSearch } from '@/components/table/TableSearch';
import { useTableState, type TableState } from '@/components/table/useTableState';
import { discovery, removing } from '@/texts/discovery';
import { DomainSelect } from '../DomainSelect';
import { NoDomain } from '../NoDomain';
import { useDomain } from '../useDomain';
import { columns, type RemovalRow } from './columns';

const texts = removing.list;

/** Accounts that were found useless: since when they are being removed, by whom, why, and what becomes of them. */
export default function RemovalsPage() {
  const state = useTableState('begun');
  const named = state.search['domain'] === undefined ? undefined : String(state.search['domain']);
  const { domain, domains, items } = useDomain(named);
  if (domain) return <Removals key={domain} domain={domain} state={state} />;
  return (
    <>
      <PageHead title={texts.title} sub={texts.sub} />
      <ProblemAlert problem={domains.error} retry={() => void domains.refetch()} />
      {domains.isPending && <LoadingRows rows={8} />}
      {domains.data && (
        <div className="card">
          {items.length > 0 && <DomainSelect domain={undefined} onChange={(next) => state.replaceWith({ domain: next })} />}
          {items.length > 0 ? <EmptyState {...discovery.chooseDomain} /> : <NoDomain />}
        </div>
      )}
    </>
  );
}

function Removals({ domain, state }: { domain: string; state: TableState }) {
  const search = state.search.q ? { search: state.search.q } : {};
  const answer = api.useQuery(
    'get',
    '/api/v1/domains/{id}/unmanaged-accounts/removals',
    { params: { path: { id: domain }, query: { ...search, limit: state.limit, offset: state.offset } } },
    { placeholderData: keepPreviousData },
  );
  const can = useCan();
  const [keeping, setKeeping] = useState<RemovalRow | null>(null);
  const rows = answer.data?.items.map((item) => ({ ...item, id: item.account }));
  const keep = (row: RemovalRow) => (
    <Button size="compact-xs" variant="default" onClick={() => setKeeping(row)} aria-label={texts.keepOne(row.name)}>
      {texts.keep}
    </Button>
  );
  return (
    <>
      <ListPage
        name="removals"
        texts={texts}
        state={state}
        columns={columns(can('managed-account:delete:all') ? keep : undefined)}
        nameOf={(row) => row.name}
        answer={{ ...answer, data: answer.data && { items: rows ?? [], total: answer.data.total } }}
        base={{ domain: state.search['domain'] }}
        toolbar={
          <>
            <DomainSelect domain={domain} onChange={(next) => state.replaceWith({ domain: next })} />
            <TableSearch state={state} placeholder={texts.search} />
          </>
        }
      />
      {keeping && <KeepDialog removal={keeping} onKept={() => void answer.refetch()} onClose={() => setKeeping(null)} />}
    </>
  );
}

interface KeepProps {
  removal: Schemas['RemovalBody'];
  onKept: () => void;
  onClose: () => void;
}

/** Asks before an account is left as it was found. */
function KeepDialog({ removal, onKept, onClose }: KeepProps) {
  const post = api.useMutation('post', '/api/v1/accounts/{id}/cancel-removal');
  return (
    <ConfirmDialog
      title={texts.keepOne(removal.name)}
      consequence={texts.keepConsequence}
      act={texts.keep}
      askReason
      onConfirm={async (reason) => {
        await post.mutateAsync({ params: { path: { id: removal.account } }, body: { reason } });
        onKept();
      }}
      onClose={onClose}
    />
  );
}
