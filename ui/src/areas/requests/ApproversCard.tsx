import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { usePast } from '@/api/past';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { approvers as texts } from '@/texts/past';

/** Who can decide on a request that waits, or could have on the day that is looked at: for those who see all requests. */
export function ApproversCard({ request }: { request: Schemas['RequestBody'] }) {
  const can = useCan();
  const past = usePast();
  const asks = request.status === 'submitted' && can('provision-request:read:all');
  const params = { path: { id: request.id } };
  const { data, error, refetch } = api.useQuery('get', '/api/v1/requests/{id}/approvers', { params }, { enabled: asks });
  if (!asks) return null;
  return (
    <Card title={past ? texts.titleThen : texts.title} aside={data?.step && <span className="muted">{texts.step(data.step)}</span>}>
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {!data && !error && <LoadingRows rows={2} />}
      {data && data.items.length > 0 && !data.more && data.items.every(({ may }) => !may) && (
        <Alert color="yellow" icon={<CircleAlert size={18} />} mb="sm">
          {past ? texts.deadlockThen : texts.deadlock}
        </Alert>
      )}
      {data?.items.length === 0 && <p className="muted">{texts.nobody}</p>}
      {data && data.items.length > 0 && (
        <ul style={{ margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: 8, fontSize: '0.875rem' }}>
          {data.items.map((item) => (
            <li key={item.user.id}>
              <One item={item} />
            </li>
          ))}
        </ul>
      )}
      {data?.more && <p className="muted">{texts.more}</p>}
    </Card>
  );
}

function One({ item }: { item: Schemas['ApproverBody'] }) {
  const how = [
    item.on_behalf_of && texts.inTheNameOf(item.on_behalf_of.name),
    item.via.length > 0 && texts.via(item.via.map(({ name }) => name).join(', ')),
    item.reason,
  ];
  return (
    <>
      <b style={{ fontWeight: 600, overflowWrap: 'anywhere' }}>{item.user.name}</b>{' '}
      <StatusPill tone={item.may ? 'good' : 'off'} label={item.may ? texts.may : texts.mayNot} />{' '}
      <span className="muted">{how.filter(Boolean).join(', ')}</span>
    </>
  );
}
