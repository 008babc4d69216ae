import { Alert, Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { HistoryList } from '@/components/HistoryList';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { engine as texts, engines } from '@/texts/infrastructure';
import { HealthPill } from './HealthPill';

const SHOWN = 25;

/** One engine: its health and its history. */
export default function EnginePage() {
  const { id } = useParams({ from: '/engines/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/engines/{id}', { params: { path: { id } } });
  const can = useCan();
  const [act, setAct] = useState<'enable' | 'disable' | undefined>();
  const history = api.useQuery(
    'get',
    '/api/v1/audit',
    { params: { query: { object: id, limit: SHOWN } } },
    { enabled: can('audit:read') },
  );
  const last = api.useQuery(
    'get',
    '/api/v1/audit',
    { params: { query: { engine: id, limit: 1 } } },
    { enabled: can('audit:read') },
  ).data?.items[0];
  const parent = { label: engines.title, to: '/engines' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={engines.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  return (
    <>
      <PageHead title={data.name} badge={<HealthPill engine={data} />} sub={data.domain.name} parent={parent}>
        {data.enabled && can('engine:delete') && (
          <Button variant="default" onClick={() => setAct('disable')}>
            {texts.disable}
          </Button>
        )}
        {!data.enabled && can('engine:update') && <Button onClick={() => setAct('enable')}>{texts.enable}</Button>}
      </PageHead>
      {data.impaired && (
        <Alert color="red" variant="light" mb="md" icon={<CircleAlert size={18} />} title={data.impaired.explanation}>
          {data.impaired.detail}
        </Alert>
      )}
      <div className="grid">
        <Card title={texts.facts} span={6}>
          <dl className="facts">
            <dt>{texts.domain}</dt>
            <dd>
              <Link className="link" to="/domains/$id" params={{ id: data.domain.id }}>
                {data.domain.name}
              </Link>
            </dd>
            <dt>{texts.health}</dt>
            <dd>
              <HealthPill engine={data} />
            </dd>
            {last && (
              <>
                <dt>{texts.contact}</dt>
                <dd>
                  <Time at={last.at} show="minute" relative />
                  <div className="muted">{last.sentence}</div>
                  <Link className="link" to="/audit" search={{ engine: id }}>
                    {texts.audit}
                  </Link>
                </dd>
              </>
            )}
            <dt>{texts.key}</dt>
            <dd>
              <code>{data.public_key}</code>
            </dd>
          </dl>
        </Card>
        {can('audit:read') && (
          <Card title={texts.history} span={6}>
            <ProblemAlert problem={history.error} retry={() => void history.refetch()} />
            {history.data && <HistoryList entries={history.data.items.toReversed()} />}
          </Card>
        )}
      </div>
      {act && <ActDialog act={act} id={id} name={data.name} onClose={() => setAct(undefined)} />}
    </>
  );
}

interface DialogProps {
  act: 'enable' | 'disable';
  id: string;
  name: string;
  onClose: () => void;
}

function ActDialog({ act, id, name, onClose }: DialogProps) {
  const post = api.useMutation('post', act === 'enable' ? '/api/v1/engines/{id}/enable' : '/api/v1/engines/{id}/disable');
  return (
    <ConfirmDialog
      title={`${texts[act]}: ${name}`}
      consequence={texts[`${act}Consequence`](name)}
      act={texts[act]}
      danger={act === 'disable'}
      onConfirm={({ key }) => post.mutateAsync({ params: { path: { id }, header: { 'Idempotency-Key': key } }, body: {} })}
      onClose={onClose}
    />
  );
}
