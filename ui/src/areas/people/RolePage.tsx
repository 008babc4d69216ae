import { Button, Menu } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EnabledPill } from '@/components/EnabledPill';
import { LoadingRows } from '@/components/LoadingRows';
import { OffReason } from '@/components/OffReason';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { role as texts, roles } from '@/texts/people';
import { PermissionMatrix } from './PermissionMatrix';
import { RoleForm } from './RoleForm';

const PATHS = {
  enable: '/api/v1/roles/{id}/enable',
  disable: '/api/v1/roles/{id}/disable',
  apply: '/api/v1/roles/{id}/apply-to-new-users',
  keep: '/api/v1/roles/{id}/keep-from-new-users',
} as const;
type Act = keyof typeof PATHS;

/** One role and its permission matrix. */
export default function RolePage() {
  const { id } = useParams({ from: '/roles/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/roles/{id}', { params: { path: { id } } });
  const revise = api.useMutation('post', '/api/v1/roles/{id}/revise');
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const [act, setAct] = useState<Act | undefined>();
  const parent = { label: roles.title, to: '/roles' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={roles.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={12} />}
      </>
    );
  }
  const acts: Act[] = [];
  if (can('role:update:all')) acts.push(data.applied_to_new_users ? 'keep' : 'apply');
  if (!data.built_in && data.enabled && can('role:delete')) acts.push('disable');
  if (!data.built_in && !data.enabled && can('role:update')) acts.push('enable');
  const off = !can('role:update') ? common.noPermission : data.built_in ? texts.builtIn : undefined;
  return (
    <>
      <PageHead
        title={data.name}
        badge={<EnabledPill enabled={data.enabled} />}
        sub={`${data.built_in ? roles.builtIn : roles.custom} · ${data.applied_to_new_users ? texts.applied : texts.notApplied}`}
        parent={parent}
      >
        <OffReason reason={off}>
          <Button disabled={off !== undefined || editing} onClick={() => setEditing(true)}>
            {texts.edit}
          </Button>
        </OffReason>
        {acts.length > 0 && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" rightSection={<ChevronDown size={15} />}>
                {texts.more}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {acts.map((one) => (
                <Menu.Item key={one} onClick={() => setAct(one)}>
                  {texts[one]}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </PageHead>
      <Card title={texts.matrix}>
        {editing ? (
          <RoleForm
            id={id}
            content={data}
            act={common.save}
            save={async (body) => {
              await revise.mutateAsync({ params: { path: { id } }, body });
              setEditing(false);
            }}
            onCancel={() => setEditing(false)}
          />
        ) : (
          <PermissionMatrix permissions={new Set(data.permissions)} />
        )}
      </Card>
      {act && <ActDialog act={act} id={id} name={data.name} onClose={() => setAct(undefined)} />}
    </>
  );
}

function ActDialog({ act, id, name, onClose }: { act: Act; id: string; name: string; onClose: () => void }) {
  const post = api.useMutation('post', PATHS[act]);
  const consequence = texts[`${act}Consequence`];
  return (
    <ConfirmDialog
      title={`${texts[act]}: ${name}`}
      consequence={typeof consequence === 'string' ? consequence : consequence(name)}
      act={texts[act]}
      danger={act === 'disable'}
      onConfirm={() => post.mutateAsync({ params: { path: { id } }, body: {} })}
      onClose={onClose}
    />
  );
}
