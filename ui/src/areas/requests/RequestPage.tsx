import { Alert, Button, Menu } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { ChevronDown, CircleX } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useSession } from '@/api/session';
import { Card } from '@/components/Card';
import { CommandProgress } from '@/components/CommandProgress';
import { LoadingRows } from '@/components/LoadingRows';
import { OffReason } from '@/components/OffReason';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { request as texts, requests } from '@/texts/requests';
import { ActDialog } from './ActDialog';
import { ApproversCard } from './ApproversCard';
import { ApprovalSteps } from './ApprovalSteps';
import { Questions } from './Questions';
import { RequestFacts } from './RequestFacts';
import { holderText, RequestStatusPill } from './status';
import { Timeline } from './Timeline';
import { useActs, type Act } from './useActs';

type Request = Schemas['RequestBody'];

const parent = { label: requests.title, to: '/requests' } as const;

/** One request: where it stands, who holds it since when, what was said, and how the directory follows. */
export default function RequestPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const { data, error, refetch } = api.useQuery('get', '/api/v1/requests/{id}', { params: { path: { id } } });
  if (data) return <Shown key={id} request={data} problem={error} retry={() => void refetch()} />;
  return (
    <>
      <PageHead title={requests.title} parent={parent} />
      <div className="card">
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={10} />}
      </div>
    </>
  );
}

interface ShownProps {
  request: Request;
  problem: unknown;
  retry: () => void;
}

function Shown({ request, problem, retry }: ShownProps) {
  const [act, setAct] = useState<Act | null>(null);
  const kind = request.content.kind.type;
  const name = request.submission?.name ?? (request.content.name || requests.unnamed);
  return (
    <>
      <PageHead
        title={texts.titleOf[kind](name)}
        badge={<RequestStatusPill status={request.status} />}
        sub={<Held request={request} />}
        parent={parent}
      >
        <Acts request={request} start={setAct} />
      </PageHead>
      <ProblemAlert problem={problem} retry={retry} mb="md" />
      <DirectoryFollows request={request} onRetry={() => setAct('retry')} />
      {request.rejection && <Rejected rejection={request.rejection} />}
      <div className="grid">
        <div className="span-7" style={{ display: 'grid', gap: 16 }}>
          <Card title={texts.why}>
            <p style={{ margin: 0, whiteSpace: 'pre-line', overflowWrap: 'anywhere', fontSize: '0.9375rem' }}>
              {request.content.justification || <span className="muted">{texts.noWhy}</span>}
            </p>
          </Card>
          <Card title={texts.asked}>
            <RequestFacts request={request} />
          </Card>
          {request.questions && request.questions.length > 0 && (
            <Card title={texts.questions.title}>
              <Questions questions={request.questions} requester={request.requester.name} />
            </Card>
          )}
        </div>
        <div className="span-5" style={{ display: 'grid', gap: 16 }}>
          <Card title={texts.approval.title}>
            <ApprovalSteps request={request} />
          </Card>
          <ApproversCard request={request} />
          <Card title={texts.timeline.title}>
            <Timeline request={request} />
          </Card>
        </div>
      </div>
      {act && <ActDialog act={act} request={request} name={name} onClose={() => setAct(null)} />}
    </>
  );
}

function Held({ request }: { request: Request }) {
  const session = useSession();
  const { held_by: held, requester } = request;
  const who = held.kind === 'requester' && session?.user === requester.id ? texts.held.you : holderText(held);
  return (
    <>
      {texts.byAt(requester.name)}
      {held.kind !== 'nobody' && (
        <>
          {' · '}
          {texts.held.title.toLowerCase()} <b>{who}</b> {texts.held.since} <Time at={held.since} show="minute" relative />
        </>
      )}
    </>
  );
}

/** What came of it in the directory; still shown when it is done, for who saw it being done. */
function DirectoryFollows({ request, onRetry }: { request: Request; onRetry: () => void }) {
  const { directory, status } = request;
  const mayRetry = useActs(request).some(({ act }) => act === 'retry');
  const under = directory !== undefined && directory !== null && directory.state !== 'applied';
  const [seen, setSeen] = useState(under);
  if (under && !seen) setSeen(true);
  if (!directory || !(under || seen) || status === 'withdrawn' || status === 'draft') return null;
  return (
    <CommandProgress
      act={texts.act[request.content.kind.type]}
      directory={directory}
      onRetry={mayRetry ? onRetry : undefined}
      onDismiss={() => setSeen(false)}
    />
  );
}

function Rejected({ rejection }: { rejection: Schemas['Decision'] }) {
  const who = rejection.by?.name ?? texts.approval.hiddenPerson;
  return (
    <Alert color="red" variant="light" icon={<CircleX size={18} />} title={texts.approval.rejected(who)} mb="md">
      <span style={{ whiteSpace: 'pre-line' }}>{rejection.text}</span>
      <div className="muted" style={{ marginTop: 4 }}>
        <Time at={rejection.at} show="minute" />
      </div>
    </Alert>
  );
}

const MAIN: Act[] = ['approve', 'deny', 'ask', 'answer', 'retry', 'reopen', 'delete'];
const DANGER = new Set<Act>(['deny', 'override', 'withdraw', 'delete']);

function Acts({ request, start }: { request: Request; start: (act: Act) => void }) {
  const session = useSession();
  const offered = useActs(request);
  const main = offered.filter(({ act }) => MAIN.includes(act));
  const others = offered.filter(({ act }) => !MAIN.includes(act));
  const account = request.submission?.account;
  const draft = request.status === 'draft' && session?.user === request.requester.id;
  return (
    <>
      {draft && (
        <Button component={Link} to="/requests/$id/edit/$step" params={{ id: request.id, step: 'account' } as never}>
          {texts.acts.edit}
        </Button>
      )}
      {request.status === 'provisioned' && account && (
        <Button variant="default" component={Link} to="/accounts/$id" params={{ id: account } as never}>
          {texts.openAccount}
        </Button>
      )}
      {main.map(({ act, off }, index) => (
        <OffReason key={act} reason={off}>
          <Button
            variant={index === 0 && !DANGER.has(act) ? 'filled' : 'default'}
            disabled={off !== undefined}
            onClick={() => start(act)}
          >
            {texts.acts[act]}
          </Button>
        </OffReason>
      ))}
      {others.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<ChevronDown size={15} />}>
              {texts.acts.more}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map(({ act, off }) => (
              <Menu.Item
                key={act}
                disabled={off !== undefined}
                {...(DANGER.has(act) ? { color: 'var(--mantine-color-error)' } : {})}
                onClick={() => start(act)}
              >
                {texts.acts[act]}
                {off && (
                  <div className="muted" style={{ fontSize: '0.75rem' }}>
                    {off}
                  </div>
                )}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
