import { Button } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { Card } from '@/components/Card';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { mails as texts } from '@/texts/settings';
import { MailDialog } from './MailDialog';

/** What is mailed, to whom, and what it says. */
export function MailsCard() {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/email-notifications', {});
  const [open, setOpen] = useState<string | undefined>();
  const opened = data?.items.find(({ notice }) => notice === open);
  return (
    <Card title={texts.title}>
      <div className="muted" style={{ fontSize: '0.8125rem', marginBottom: 8 }}>
        {texts.hint}
      </div>
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {!data && !error && <LoadingRows rows={8} />}
      {data && (
        <div className="table-scroll" style={{ position: 'relative' }} tabIndex={0} role="region" aria-label={texts.region}>
          <table className="table">
            <thead>
              <tr>
                <th>{texts.columns.event}</th>
                <th>{texts.columns.recipients}</th>
                <th>{texts.columns.sent}</th>
                <th>{texts.columns.subject}</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((mail) => (
                <tr key={mail.notice}>
                  <td data-wrap>
                    <Button
                      size="compact-sm"
                      variant="transparent"
                      px={0}
                      h="auto"
                      mih={26}
                      styles={{ label: { whiteSpace: 'normal', textAlign: 'left', lineHeight: 1.4, overflow: 'visible' } }}
                      aria-label={texts.open(`${mail.object}, ${mail.event}`)}
                      onClick={() => setOpen(mail.notice)}
                    >
                      {texts.event(mail.object, mail.event)}
                    </Button>
                  </td>
                  <td data-wrap>{mail.recipients}</td>
                  <td>
                    <StatusPill tone={mail.enabled ? 'good' : 'off'} label={mail.enabled ? texts.on : texts.off} />{' '}
                    {mail.changed && <StatusPill tone="pending" label={texts.changed} />}
                  </td>
                  <td data-wrap>{mail.subject}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {opened && <MailDialog mail={opened} onClose={() => setOpen(undefined)} />}
    </Card>
  );
}
