import { Alert, Button, Group, Menu, Select } from '@mantine/core';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ChevronDown, FilePen } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import { useTableState } from '@/components/table/useTableState';
import { template as texts, templates, versionStatuses } from '@/texts/templates';
import { ContentView } from './ContentView';
import { Differences } from './Differences';
import { fieldName } from './fieldName';
import { TemplateStatusPill } from './status';
import { TemplateSimulation } from './simulation/TemplateSimulation';
import { TemplateDialog, type Act } from './TemplateDialogs';

const TONES: Record<Schemas['VersionStatus'], Tone> = {
  draft: 'pending',
  'awaiting-approval': 'warning',
  published: 'good',
  former: 'off',
};

/** One template: its standing, its versions, what differs between them. */
export default function TemplatePage() {
  const { id } = useParams({ from: '/templates/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/templates/{id}', { params: { path: { id } } });
  const versions = api.useQuery('get', '/api/v1/templates/{id}/versions', { params: { path: { id } } });
  const state = useTableState('version');
  const numbers = versions.data?.items.map(({ version }) => version).toSorted((a, b) => a - b) ?? [];
  const newest = numbers.at(-1);
  const asked = (name: string) => numbers.find((version) => String(version) === state.search[name]);
  const shown = asked('version') ?? data?.published ?? newest;
  if (!data) {
    return (
      <>
        <PageHead title={templates.title} parent={{ label: templates.title, to: '/templates' }} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={10} />}
      </>
    );
  }
  const to = asked('to') ?? newest;
  const from = asked('from') ?? numbers.findLast((version) => to !== undefined && version < to);
  return (
    <>
      <PageHead
        title={data.name}
        badge={<TemplateStatusPill template={data} />}
        sub={<span className="two-lines">{data.content.purpose}</span>}
        parent={{ label: templates.title, to: '/templates' }}
      >
        <Actions template={data} />
      </PageHead>
      {data.draft != null && <DraftNotice template={data} draft={data.draft} />}
      <div className="grid">
        {data.draft != null && data.versions.length > 0 && <Tried id={id} />}
        <Card title={shown === undefined ? texts.versions : texts.shown(shown)} span={8}>
          {shown !== undefined && <Version id={id} version={shown} />}
        </Card>
        <div className="span-4" style={{ display: 'grid', gap: 16 }}>
          <Card title={texts.versions} span={12}>
            <ProblemAlert problem={versions.error} retry={() => void versions.refetch()} />
            <VersionTable rows={versions.data?.items ?? []} shown={shown} show={(version) => state.change({ version })} />
          </Card>
          <Card title={texts.accounts} span={12}>
            <Accounts id={id} />
          </Card>
        </div>
        <Card
          title={texts.compare}
          aside={
            numbers.length > 1 ? (
              <Group gap="xs">
                <Which label={texts.from} numbers={numbers} value={from} change={(version) => state.change({ from: version })} />
                <Which label={texts.to} numbers={numbers} value={to} change={(version) => state.change({ to: version })} />
              </Group>
            ) : undefined
          }
        >
          {from !== undefined && to !== undefined && numbers.length > 1 ? (
            <Differences id={id} from={from} to={to} />
          ) : (
            <EmptyState compact {...texts.only} />
          )}
        </Card>
      </div>
    </>
  );
}

function Which(props: { label: string; numbers: number[]; value: number | undefined; change: (version: string) => void }) {
  return (
    <Select
      size="xs"
      w={110}
      aria-label={props.label}
      allowDeselect={false}
      data={props.numbers.map((version) => ({ value: String(version), label: texts.before(version) }))}
      value={props.value === undefined ? null : String(props.value)}
      onChange={(version) => version && props.change(version)}
    />
  );
}

function Version({ id, version }: { id: string; version: number }) {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/templates/{id}/versions/{version}', {
    params: { path: { id, version } },
  });
  if (error && !data) return <ProblemAlert problem={error} retry={() => void refetch()} />;
  return data ? <ContentView content={data.content} /> : <LoadingRows rows={12} />;
}

interface VersionTableProps {
  rows: Schemas['VersionRow'][];
  shown: number | undefined;
  show: (version: string) => void;
}

function VersionTable({ rows, shown, show }: VersionTableProps) {
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 6 }}>
      {rows
        .toSorted((a, b) => b.version - a.version)
        .map((row) => (
          <li key={row.version} style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center', fontSize: '0.875rem' }}>
            <Button
              size="compact-sm"
              variant={row.version === shown ? 'light' : 'subtle'}
              aria-pressed={row.version === shown}
              onClick={() => show(String(row.version))}
            >
              {texts.before(row.version)}
            </Button>
            <StatusPill tone={TONES[row.status]} label={versionStatuses[row.status]} />
            <span className="muted">{row.published_at ? <Time at={row.published_at} /> : texts.notYet}</span>
          </li>
        ))}
    </ul>
  );
}

/** Accounts made by a template, whatever the version. */
function useAccountsOf(id: string) {
  const can = useCan();
  return api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query: { template: id, limit: 1, status: 'provisioning,active,disabled,expired,renewing' } } },
    { enabled: can('managed-account:read:all') },
  ).data?.total;
}

function Accounts({ id }: { id: string }) {
  const total = useAccountsOf(id);
  return (
    <div style={{ fontSize: '0.875rem' }}>
      {total && (
        <Link className="link number" to="/accounts" search={{ template: id }}>
          {texts.accountsOf(total.value, total.more)}
        </Link>
      )}
      <div className="muted" style={{ marginTop: 4 }}>
        {texts.accountsHint}
      </div>
    </div>
  );
}

/** For whoever may write or publish the draft. */
function Tried({ id }: { id: string }) {
  const can = useCan();
  if (!can('provision-template:update') && !can('provision-template-workflow:update')) return null;
  return <TemplateSimulation id={id} />;
}

/** What the draft is, and what publishing it would change. */
function DraftNotice({ template, draft }: { template: Schemas['TemplateBody']; draft: number }) {
  const total = useAccountsOf(template.id);
  const first = template.versions.length === 0;
  return (
    <Alert
      variant="light"
      color={template.awaiting_approval ? 'yellow' : 'brand'}
      mb="md"
      icon={<FilePen size={18} />}
      title={template.awaiting_approval ? texts.awaiting(draft) : texts.drafted(draft)}
    >
      {template.returned && <p style={{ margin: '0 0 8px', overflowWrap: 'anywhere' }}>{texts.returned(template.returned)}</p>}
      <b>{texts.change.title}</b>
      <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
        <li>{first ? texts.change.first : texts.change.requests(draft)}</li>
        {!first && total && (
          <li>
            {total.value > 0 ? (
              <Link className="link" to="/accounts" search={{ template: template.id }}>
                {texts.change.bound(total.value, total.more)}
              </Link>
            ) : (
              texts.change.none
            )}
          </li>
        )}
      </ul>
    </Alert>
  );
}

function Actions({ template }: { template: Schemas['TemplateBody'] }) {
  const can = useCan();
  const navigate = useNavigate();
  const [act, setAct] = useState<Act | undefined>();
  const [problem, setProblem] = useState<unknown>(null);
  const draft = api.useMutation('post', '/api/v1/templates/{id}/draft');
  const edits = can('provision-template:update');
  const publishes = can('provision-template-workflow:update');
  const hasDraft = template.draft != null;
  const draftNext = async () => {
    setProblem(null);
    try {
      await draft.mutateAsync({ params: { path: { id: template.id } }, body: template.content });
      void navigate({ to: '/templates/$id/edit/$step', params: { id: template.id, step: 'setup' } });
    } catch (error) {
      setProblem(error);
    }
  };
  const others: Act[] = [];
  if (publishes && template.published != null) others.push('unpublish');
  if (edits) others.push(template.enabled ? 'disable' : 'enable');
  return (
    <>
      {edits && hasDraft && !template.awaiting_approval && (
        <>
          <Button
            variant="default"
            component={Link}
            to="/templates/$id/edit/$step"
            params={{ id: template.id, step: 'setup' } as never}
          >
            {texts.goOn}
          </Button>
          <Button variant="default" onClick={() => setAct('submit')}>
            {texts.acts.submit.label}
          </Button>
        </>
      )}
      {publishes && template.awaiting_approval && (
        <Button variant="default" onClick={() => setAct('return')}>
          {texts.acts.return.label}
        </Button>
      )}
      {publishes && hasDraft && <Button onClick={() => setAct('publish')}>{texts.acts.publish.label}</Button>}
      {edits && !hasDraft && (
        <Button loading={draft.isPending} onClick={() => void draftNext()}>
          {texts.draftNext}
        </Button>
      )}
      {others.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<ChevronDown size={15} />}>
              {texts.more}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((other) => (
              <Menu.Item key={other} onClick={() => setAct(other)}>
                {texts.acts[other].label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {problem !== null && <ProblemAlert problem={problem} nameOf={fieldName} />}
      {act && <TemplateDialog act={act} template={template} onClose={() => setAct(undefined)} />}
    </>
  );
}
