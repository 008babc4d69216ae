import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link, useParams } from '@tanstack/react-router';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan, useSession } from '@/api/session';
import { Card } from '@/components/Card';
import { ChipList } from '@/components/ChipList';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EnabledPill } from '@/components/EnabledPill';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { user as texts, users } from '@/texts/people';
import { DeputyCard } from './DeputyCard';
import { LeavingDialog } from './LeavingDialog';
import { PersonalDialog } from './PersonalDialog';
import { GrantDialog, RevokeDialog } from './RoleDialogs';

type Person = Schemas['UserBody'];
type Act = 'enable' | 'endSessions' | 'resetFactor';
type Open = Act | 'disable' | 'edit' | 'grant' | Schemas['Named'];

const PATHS = {
  enable: '/api/v1/users/{id}/enable',
  endSessions: '/api/v1/users/{id}/sessions/end',
  resetFactor: '/api/v1/users/{id}/second-factor/reset',
} as const;

/** One person: addresses, second factor, groups, roles, deputy. */
export default function UserPage() {
  const { id } = useParams({ from: '/users/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/users/{id}', { params: { path: { id } } });
  const can = useCan();
  const me = useSession()?.user === id;
  const [open, setOpen] = useState<Open | undefined>();
  const parent = { label: users.title, to: '/users' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={users.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  const name = data.display_name || users.forgotten;
  const close = () => setOpen(undefined);
  const mayChange = can('user:update:all') || (me && can('user:update'));
  return (
    <>
      <PageHead title={name} badge={<EnabledPill enabled={data.enabled} />} sub={data.emails[0]} parent={parent}>
        {mayChange && !data.forgotten && (
          <Button variant="default" onClick={() => setOpen('edit')}>
            {texts.edit}
          </Button>
        )}
        <MoreMenu user={data} open={setOpen} />
      </PageHead>
      <div className="grid">
        <Card title={texts.facts} span={7}>
          <Facts user={data} mayVerify={mayChange} />
        </Card>
        <div className="span-5" style={{ display: 'grid', gap: 16 }}>
          <Card
            title={texts.roles}
            aside={
              can('role:update:all') ? (
                <Button size="xs" variant="default" onClick={() => setOpen('grant')}>
                  {texts.give}
                </Button>
              ) : undefined
            }
          >
            {data.roles.length > 0 ? (
              <ChipList
                items={data.roles}
                to="/roles/$id"
                remove={can('role:update:all') ? setOpen : undefined}
                removeLabel={texts.take}
              />
            ) : (
              <div style={{ fontSize: '0.875rem' }}>{texts.noRoles}</div>
            )}
            <div className="muted" style={{ fontSize: '0.8125rem', marginTop: 8 }}>
              {texts.rolesHint}
            </div>
          </Card>
          <DeputyCard id={id} may={me || can('provision-approval:update:all') || can('user:update:all')} />
        </div>
      </div>
      {open === 'edit' && <PersonalDialog user={data} onClose={close} />}
      {open === 'disable' && <LeavingDialog kind="user" id={id} name={name} onClose={close} />}
      {open === 'grant' && <GrantDialog kind="user" id={id} name={name} held={data.roles} onClose={close} />}
      {typeof open === 'object' && <RevokeDialog kind="user" id={id} name={name} role={open} onClose={close} />}
      {(open === 'enable' || open === 'endSessions' || open === 'resetFactor') && (
        <ActDialog act={open} id={id} name={name} onClose={close} />
      )}
    </>
  );
}

function MoreMenu({ user, open }: { user: Person; open: (what: Open) => void }) {
  const can = useCan();
  const acts: [Open & string, string][] = [];
  if (can('user:update:all')) {
    acts.push(['endSessions', texts.endSessions]);
    if (user.second_factor) acts.push(['resetFactor', texts.resetFactor]);
    if (!user.enabled) acts.push(['enable', texts.enable]);
  }
  if (can('user:delete:all') && user.enabled) acts.push(['disable', texts.disable]);
  if (acts.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<ChevronDown size={15} />}>
          {texts.more}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {acts.map(([act, label]) => (
          <Menu.Item key={act} {...(act === 'disable' ? { color: 'red' } : {})} onClick={() => open(act)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Facts({ user, mayVerify }: { user: Person; mayVerify: boolean }) {
  const can = useCan();
  const verify = api.useMutation('post', '/api/v1/users/{id}/verification');
  const send = async () => {
    await verify.mutateAsync({ params: { path: { id: user.id } }, body: {} });
    notifications.show({ message: texts.verificationSent });
  };
  const verified = (email: string) => user.verified_emails.includes(email);
  return (
    <>
      <dl className="facts">
        <dt>{texts.emails}</dt>
        <dd>
          <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 4 }}>
            {user.emails.map((email) => (
              <li key={email}>
                {email}{' '}
                <StatusPill
                  tone={verified(email) ? 'good' : 'warning'}
                  label={verified(email) ? texts.verified : texts.notVerified}
                />
              </li>
            ))}
          </ul>
          {mayVerify && user.emails.some((email) => !verified(email)) && (
            <Button size="compact-xs" variant="default" mt={6} loading={verify.isPending} onClick={() => void send()}>
              {texts.verify}
            </Button>
          )}
        </dd>
        <dt>{texts.secondFactor}</dt>
        <dd>{user.second_factor ? texts.secondFactorOn : texts.secondFactorOff}</dd>
        <dt>{texts.link}</dt>
        <dd>{user.directory_link ? user.directory_link.object : texts.noLink}</dd>
        <dt>{texts.groups}</dt>
        <dd>{user.groups.length > 0 ? <ChipList items={user.groups} to="/groups/$id" /> : texts.noGroups}</dd>
        <dt>{texts.accounts}</dt>
        <dd>
          <Link className="link" to="/accounts" search={{ owner: user.id }}>
            {texts.showAccounts}
          </Link>
          {can('audit:read') && (
            <>
              {' · '}
              <Link className="link" to="/audit" search={{ user: user.id }}>
                {texts.showAudit}
              </Link>
            </>
          )}
        </dd>
      </dl>
      <ProblemAlert problem={verify.error} />
    </>
  );
}

function ActDialog({ act, id, name, onClose }: { act: Act; id: string; name: string; onClose: () => void }) {
  const post = api.useMutation('post', PATHS[act]);
  return (
    <ConfirmDialog
      title={`${texts[act]}: ${name}`}
      consequence={texts[`${act}Consequence`](name)}
      act={texts[act]}
      danger={act !== 'enable'}
      onConfirm={() => post.mutateAsync({ params: { path: { id } }, body: {} })}
      onClose={onClose}
    />
  );
}
