import { Alert, Button, Menu } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { ChevronDown, Info, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { ChipList } from '@/components/ChipList';
import { EmptyState } from '@/components/EmptyState';
import { EnabledPill } from '@/components/EnabledPill';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { group as texts, groups } from '@/texts/people';
import { AddMemberDialog, EnableGroupDialog, RemoveMemberDialog, RenameDialog } from './GroupDialogs';
import { LeavingDialog } from './LeavingDialog';
import { GrantDialog, RevokeDialog } from './RoleDialogs';

type Open =
  | { what: 'add' | 'rename' | 'disable' | 'enable' | 'grant' }
  | { what: 'remove' | 'revoke'; of: Schemas['Named'] };

/** One group: who is in it, and what it gives them. */
export default function GroupPage() {
  const { id } = useParams({ from: '/groups/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/groups/{id}', { params: { path: { id } } });
  const can = useCan();
  const [open, setOpen] = useState<Open | undefined>();
  const parent = { label: groups.title, to: '/groups' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={groups.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  const close = () => setOpen(undefined);
  const edits = can('group:update:all') && !data.built_in;
  return (
    <>
      <PageHead title={data.name} badge={<EnabledPill enabled={data.enabled} />} parent={parent}>
        {edits && (
          <Button leftSection={<Plus size={16} />} onClick={() => setOpen({ what: 'add' })}>
            {texts.add}
          </Button>
        )}
        {edits && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" rightSection={<ChevronDown size={15} />}>
                {texts.more}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setOpen({ what: 'rename' })}>{texts.rename}</Menu.Item>
              {data.enabled
                ? can('group:delete:all') && (
                    <Menu.Item color="red" onClick={() => setOpen({ what: 'disable' })}>
                      {texts.disable}
                    </Menu.Item>
                  )
                : <Menu.Item onClick={() => setOpen({ what: 'enable' })}>{texts.enable}</Menu.Item>}
            </Menu.Dropdown>
          </Menu>
        )}
      </PageHead>
      {data.built_in && <Alert variant="light" icon={<Info size={18} />} title={texts.everyone} mb="md" />}
      <div className="grid">
        <Card title={texts.members} span={7}>
          {data.members.length > 0 ? (
            <ChipList
              items={data.members}
              to="/users/$id"
              remove={edits ? (of) => setOpen({ what: 'remove', of }) : undefined}
              removeLabel={texts.remove}
            />
          ) : data.built_in ? (
            <Link className="link" to="/users">
              {groups.automaticHint}
            </Link>
          ) : (
            <EmptyState {...texts.noMembers} />
          )}
        </Card>
        <div className="span-5" style={{ display: 'grid', gap: 16 }}>
          <Card
            title={texts.roles}
            aside={
              can('role:update:all') ? (
                <Button size="xs" variant="default" onClick={() => setOpen({ what: 'grant' })}>
                  {texts.give}
                </Button>
              ) : undefined
            }
          >
            {data.roles.length > 0 ? (
              <ChipList
                items={data.roles}
                to="/roles/$id"
                remove={can('role:update:all') ? (of) => setOpen({ what: 'revoke', of }) : undefined}
                removeLabel={texts.take}
              />
            ) : (
              <div className="muted" style={{ fontSize: '0.875rem' }}>
                {texts.noRoles}
              </div>
            )}
          </Card>
          <Card title={texts.accounts}>
            <div style={{ fontSize: '0.875rem' }}>
              <Link className="link" to="/accounts" search={{ owner: id }}>
                {texts.showAccounts}
              </Link>
              {data.replaced_by && (
                <div>
                  {texts.replacedBy}{' '}
                  <Link className="link" to="/groups/$id" params={{ id: data.replaced_by.id }}>
                    {data.replaced_by.name}
                  </Link>
                </div>
              )}
            </div>
          </Card>
        </div>
      </div>
      {open?.what === 'add' && <AddMemberDialog group={data} onClose={close} />}
      {open?.what === 'rename' && <RenameDialog group={data} onClose={close} />}
      {open?.what === 'enable' && <EnableGroupDialog group={data} onClose={close} />}
      {open?.what === 'disable' && <LeavingDialog kind="group" id={id} name={data.name} onClose={close} />}
      {open?.what === 'grant' && <GrantDialog kind="group" id={id} name={data.name} held={data.roles} onClose={close} />}
      {open?.what === 'revoke' && (
        <RevokeDialog kind="group" id={id} name={data.name} role={open.of} onClose={close} />
      )}
      {open?.what === 'remove' && <RemoveMemberDialog group={data} member={open.of} onClose={close} />}
    </>
  );
}
