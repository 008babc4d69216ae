import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { useCan, useSession } from '@/api/session';
import { PersonalDialog } from '@/areas/people/PersonalDialog';
import { Card } from '@/components/Card';
import { PageHead } from '@/components/PageHead';
import { settings as texts } from '@/texts/settings';
import { MailsCard } from './MailsCard';
import { PasswordCard } from './PasswordCard';
import { SecondFactorCard } from './SecondFactorCard';
import { SessionsCard } from './SessionsCard';

/** One's own profile, and what mails say. */
export default function SettingsPage() {
  const can = useCan();
  return (
    <>
      <PageHead title={texts.title} sub={texts.sub} />
      <div className="grid">
        <div className="span-6" style={{ display: 'grid', gap: 16 }}>
          <ProfileCard />
          <SecondFactorCard />
          <SessionsCard />
        </div>
        <div className="span-6" style={{ display: 'grid', gap: 16 }}>
          <PasswordCard />
        </div>
        {can('email-notification:read') && <MailsCard />}
      </div>
    </>
  );
}

function ProfileCard() {
  const session = useSession();
  const can = useCan();
  const id = session?.user ?? '';
  const [editing, setEditing] = useState(false);
  const { data } = api.useQuery(
    'get',
    '/api/v1/users/{id}',
    { params: { path: { id } } },
    { enabled: id !== '' && can('user:read') },
  );
  return (
    <Card title={texts.profile.title}>
      <dl className="facts">
        <dt>{texts.profile.name}</dt>
        <dd>{session?.display_name}</dd>
        {data && (
          <>
            <dt>{texts.profile.emails}</dt>
            <dd>{data.emails.join(', ')}</dd>
          </>
        )}
      </dl>
      {data && (
        <div style={{ display: 'flex', flexWrap: 'wrap', gap: 10, alignItems: 'center', marginTop: 12 }}>
          {can('user:update') && (
            <Button size="xs" variant="default" onClick={() => setEditing(true)}>
              {texts.profile.edit}
            </Button>
          )}
          <Link className="link" to="/users/$id" params={{ id }} style={{ fontSize: '0.875rem' }}>
            {texts.profile.page}
          </Link>
        </div>
      )}
      {editing && data && <PersonalDialog user={data} onClose={() => setEditing(false)} />}
    </Card>
  );
}
