import { ActionIcon, Button, Menu } from '@mantine/core';
import { Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';
import { useNow } from '@/api/businessTime';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EnabledPill } from '@/components/EnabledPill';
import { StatusPill } from '@/components/StatusPill';
import { LastDay } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { LocalList } from '@/components/table/LocalList';
import { tokens as texts } from '@/texts/settings';
import { NewTokenDialog } from './NewTokenDialog';

type Token = Schemas['ApiTokenBody'] & { name: string };
type Act = 'enable' | 'disable' | 'revoke';

const SHOWN = 3;

function columnsWith(now: number, act: (act: Act, token: Token) => void): Column<Token>[] {
  return [
    { id: 'name', header: texts.columns.description, sort: 'name', fixed: true, wrap: true, cell: (row) => row.description },
    {
      id: 'status',
      header: texts.columns.status,
      cell: (row) =>
        Date.parse(row.expires_at) <= now ? (
          <StatusPill tone="late" label={texts.expired} />
        ) : (
          <EnabledPill enabled={row.enabled} />
        ),
    },
    { id: 'expires', header: texts.columns.expires, cell: (row) => <LastDay end={row.expires_at} relative /> },
    {
      id: 'permissions',
      header: texts.columns.permissions,
      wrap: true,
      cell: (row) => (
        <span data-tip={row.permissions.join('\n')}>
          {row.permissions.slice(0, SHOWN).join(', ')}
          {row.permissions.length > SHOWN && ` ${texts.morePermissions(row.permissions.length - SHOWN)}`}
        </span>
      ),
    },
    {
      id: 'acts',
      header: texts.columns.acts,
      fixed: true,
      cell: (token) => <Acts token={token} act={(one) => act(one, token)} />,
    },
  ];
}

/** Tokens by which programs act in one's name. */
export default function TokensPage() {
  const can = useCan();
  const now = useNow();
  const [adding, setAdding] = useState(false);
  const [acting, setActing] = useState<{ act: Act; token: Token } | undefined>();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/api-tokens', {});
  const items = data?.items.map((token) => ({ ...token, name: token.description }));
  const add = can('api-token:create') && (
    <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
      {texts.add}
    </Button>
  );
  return (
    <>
      <LocalList
        name="api-tokens"
        texts={texts}
        columns={columnsWith(now, (act, token) => setActing({ act, token }))}
        answer={{ data: items && { items }, error, refetch }}
        add={add}
      />
      {adding && <NewTokenDialog onClose={() => setAdding(false)} />}
      {acting && <ActDialog {...acting} onClose={() => setActing(undefined)} />}
    </>
  );
}

function Acts({ token, act }: { token: Token; act: (act: Act) => void }) {
  const can = useCan();
  const acts: Act[] = [];
  if (can('api-token:update')) acts.push(token.enabled ? 'disable' : 'enable');
  if (can('api-token:delete')) acts.push('revoke');
  if (acts.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.more(token.description)}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {acts.map((one) => (
          <Menu.Item key={one} onClick={() => act(one)}>
            {texts[one]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function ActDialog({ act, token, onClose }: { act: Act; token: Token; onClose: () => void }) {
  const post = api.useMutation(
    'post',
    act === 'enable' ? '/api/v1/api-tokens/{id}/enable' : '/api/v1/api-tokens/{id}/disable',
  );
  const revoke = api.useMutation('delete', '/api/v1/api-tokens/{id}');
  return (
    <ConfirmDialog
      title={`${texts[act]}: ${token.description}`}
      consequence={texts[`${act}Consequence`](token.description)}
      act={texts[act]}
      danger={act !== 'enable'}
      onConfirm={async () => {
        const path = { id: token.id };
        if (act === 'revoke') await revoke.mutateAsync({ params: { path } });
        else await post.mutateAsync({ params: { path }, body: {} });
      }}
      onClose={onClose}
    />
  );
}
