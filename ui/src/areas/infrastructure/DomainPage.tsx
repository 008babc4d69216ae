import { Button, TextInput } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { ChipList } from '@/components/ChipList';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EmptyState } from '@/components/EmptyState';
import { EnabledPill } from '@/components/EnabledPill';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { domain as texts, domains } from '@/texts/infrastructure';
import { HealthPill } from './HealthPill';
import { OuTree } from './OuTree';
import { ouTree } from './ouTree';

/** One domain: what Tenure does in it, and who does the work. */
export default function DomainPage() {
  const { id } = useParams({ from: '/domains/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/domains/{id}', { params: { path: { id } } });
  const can = useCan();
  const [open, setOpen] = useState<'disable' | 'enable' | 'correct' | undefined>();
  const accounts = api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query: { domain: id, limit: 1, status: 'provisioning,active,disabled,expired,renewing' } } },
    { enabled: can('managed-account:read') },
  );
  const templates = api.useQuery('get', '/api/v1/templates', {}, { enabled: can('provision-template:read') });
  const here = (templates.data?.items ?? []).filter((template) => template.domain === id);
  const parent = { label: domains.title, to: '/domains' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={domains.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  const total = accounts.data?.total;
  return (
    <>
      <PageHead title={data.name} badge={<EnabledPill enabled={data.enabled} />} sub={domains.kinds[data.kind]} parent={parent}>
        {can('directory-service:update') && (
          <Button variant="default" onClick={() => setOpen('correct')}>
            {texts.correct}
          </Button>
        )}
        {data.enabled && can('directory-service:delete') && (
          <Button variant="default" onClick={() => setOpen('disable')}>
            {texts.disable}
          </Button>
        )}
        {!data.enabled && can('directory-service:update') && (
          <Button onClick={() => setOpen('enable')}>{texts.enable}</Button>
        )}
      </PageHead>
      <div className="grid">
        <Card title={texts.tree} span={7}>
          <Tree domain={data} templates={here} />
        </Card>
        <div className="span-5" style={{ display: 'grid', gap: 16 }}>
          <Card title={texts.facts}>
            <dl className="facts">
              <dt>{domains.base}</dt>
              <dd>{data.base_dn}</dd>
              {total && (
                <>
                  <dt>{texts.accounts}</dt>
                  <dd>
                    <Link className="link number" to="/accounts" search={{ domain: id }}>
                      {texts.showAccounts(total.value, total.more)}
                    </Link>
                  </dd>
                </>
              )}
              <dt>{texts.templates}</dt>
              <dd>{here.length > 0 ? <ChipList items={here} to="/templates/$id" /> : texts.noTemplates}</dd>
            </dl>
          </Card>
          {can('engine:read') && (
            <Card title={texts.engines}>
              <Engines domain={id} />
            </Card>
          )}
        </div>
      </div>
      {open === 'correct' && <CorrectDialog domain={data} onClose={() => setOpen(undefined)} />}
      {(open === 'disable' || open === 'enable') && (
        <ActDialog act={open} domain={data} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

/** OUs that the newest versions of the domain's templates name. */
function Tree({ domain, templates }: { domain: Schemas['DomainBody']; templates: Schemas['TemplateRow'][] }) {
  const contents = useQueries({
    queries: templates.map(({ id }) => api.queryOptions('get', '/api/v1/templates/{id}', { params: { path: { id } } })),
  });
  if (contents.some(({ isPending }) => isPending)) return <LoadingRows rows={5} />;
  const used = contents.flatMap(({ data }) => {
    if (!data) return [];
    const { directory } = data.content;
    return [
      { dn: directory.ou, use: texts.madeHere },
      ...(directory.other_ous ?? []).map((dn) => ({ dn, use: texts.choice })),
      ...(directory.retirement_ou ? [{ dn: directory.retirement_ou, use: texts.retirement }] : []),
    ];
  });
  const nodes = ouTree(domain.base_dn, used);
  if (nodes.length === 0) return <EmptyState {...texts.noTree} />;
  return (
    <>
      <OuTree nodes={nodes} />
      <div className="muted" style={{ fontSize: '0.8125rem', marginTop: 10 }}>
        {texts.treeHint}
      </div>
    </>
  );
}

function Engines({ domain }: { domain: string }) {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/engines');
  const here = data?.items.filter((engine) => engine.domain.id === domain);
  if (error) return <ProblemAlert problem={error} retry={() => void refetch()} />;
  if (here?.length === 0) return <EmptyState {...texts.noEngines} />;
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8, fontSize: '0.875rem' }}>
      {here?.map((engine) => (
        <li key={engine.id} style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center' }}>
          <Link className="link" to="/engines/$id" params={{ id: engine.id }}>
            {engine.name}
          </Link>
          <HealthPill engine={engine} />
        </li>
      ))}
    </ul>
  );
}

interface DialogProps {
  domain: Schemas['DomainBody'];
  onClose: () => void;
}

function ActDialog({ act, domain, onClose }: DialogProps & { act: 'enable' | 'disable' }) {
  const post = api.useMutation('post', act === 'enable' ? '/api/v1/domains/{id}/enable' : '/api/v1/domains/{id}/disable');
  return (
    <ConfirmDialog
      title={`${texts[act]}: ${domain.name}`}
      consequence={texts[`${act}Consequence`](domain.name)}
      act={texts[act]}
      danger={act === 'disable'}
      onConfirm={({ key }) =>
        post.mutateAsync({ params: { path: { id: domain.id }, header: { 'Idempotency-Key': key } }, body: {} })
      }
      onClose={onClose}
    />
  );
}

function CorrectDialog({ domain, onClose }: DialogProps) {
  const revise = api.useMutation('post', '/api/v1/domains/{id}/revise');
  const [base, setBase] = useState(domain.base_dn);
  return (
    <ConfirmDialog
      title={texts.correct}
      consequence={texts.correctConsequence}
      act={texts.correct}
      ready={base.trim() !== '' && base.trim() !== domain.base_dn}
      onConfirm={() =>
        revise.mutateAsync({
          params: { path: { id: domain.id } },
          body: { name: domain.name, kind: domain.kind, base_dn: base.trim() },
        })
      }
      onClose={onClose}
    >
      <TextInput
        label={domains.base}
        description={domains.baseHint}
        required
        data-autofocus
        spellCheck={false}
        value={base}
        onChange={(event) => setBase(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
