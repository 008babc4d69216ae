import { Button, TextInput } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { usePast } from '@/api/past';
import { useCan } from '@/api/session';
import { HeldAlert } from '@/areas/drift/HeldAlert';
import { Card } from '@/components/Card';
import { ChipList } from '@/components/ChipList';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EmptyState } from '@/components/EmptyState';
import { EnabledPill } from '@/components/EnabledPill';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { drift } from '@/texts/drift';
import { domain as texts, domains } from '@/texts/infrastructure';
import { DomainCalibrationCard } from './calibration/DomainCalibrationCard';
import { OuTree } from './OuTree';
import { ouTree } from './ouTree';
import { PoolCard } from './PoolCard';
import { SynchronisationCard } from './synchronisation/SynchronisationCard';

/** More of them are on the page of templates. */
const FEW_TEMPLATES = 12;

/** One domain: what Tenure does in it, what is known of it, and who does the work. */
export default function DomainPage() {
  const { id } = useParams({ from: '/domains/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/domains/{id}', { params: { path: { id } } });
  const can = useCan();
  // What was read of the directory is a copy, and engines speak of now: neither has a past.
  const past = usePast();
  const [open, setOpen] = useState<'disable' | 'enable' | 'correct' | undefined>();
  const accounts = api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query: { domain: id, limit: 1, status: 'provisioning,active,disabled,expired,renewing' } } },
    { enabled: can('managed-account:read') },
  );
  const templates = api.useQuery(
    'get',
    '/api/v1/templates',
    { params: { query: { domain: id } } },
    { enabled: can('provision-template:read') },
  );
  const drifted = api.useQuery(
    'get',
    '/api/v1/drift',
    { params: { query: { domain: id, limit: 1 } } },
    { enabled: can('managed-account:read') },
  );
  // What was never read, nobody has compared.
  const read = api.useQuery(
    'get',
    '/api/v1/domains/{id}/synchronisation',
    { params: { path: { id } } },
    { enabled: !past },
  );
  const unread = read.data !== undefined && !read.data.last;
  const here = templates.data?.items ?? [];
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
  const differing = drifted.data?.total;
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
      {!past && can('managed-account:read') && <HeldAlert domain={{ id, name: data.name }} elsewhere />}
      <div className="grid">
        <Card title={texts.tree} span={7}>
          {past ? <EmptyState {...texts.noPast} /> : <Tree domain={data} templates={here} pending={templates.isLoading} />}
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
              {/* Of no account nothing can be said. */}
              {differing && (total === undefined || total.value > 0 || differing.value > 0) && (
                <>
                  <dt>{drift.domain.term}</dt>
                  <dd>
                    {differing.value === 0 ? (
                      (unread ? drift.domain.unread : drift.domain.none)
                    ) : (
                      <Link className="link number" to="/drift" search={{ domain: id }}>
                        {drift.domain.count(differing.value, differing.more)}
                      </Link>
                    )}
                  </dd>
                </>
              )}
              <dt>{texts.templates}</dt>
              <dd>
                {here.length > 0 ? <ChipList items={here.slice(0, FEW_TEMPLATES)} to="/templates/$id" /> : texts.noTemplates}
                {here.length > FEW_TEMPLATES && (
                  <Link className="link" to="/templates" search={{ domain: id }}>
                    {texts.allTemplates(here.length)}
                  </Link>
                )}
              </dd>
            </dl>
          </Card>
          {!past && <SynchronisationCard domain={id} />}
        </div>
        {!past && can('engine:read') && <PoolCard domain={id} />}
        {!past && can('engine:read') && <DomainCalibrationCard domain={data} />}
      </div>
      {open === 'correct' && <CorrectDialog domain={data} onClose={() => setOpen(undefined)} />}
      {(open === 'disable' || open === 'enable') && (
        <ActDialog act={open} domain={data} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

interface TreeProps {
  domain: Schemas['DomainBody'];
  templates: Schemas['TemplateRow'][];
  pending: boolean;
}

/** Its units as they were read, and what the newest versions of the domain's templates use of them. */
function Tree({ domain, templates, pending }: TreeProps) {
  const units = api.useQuery('get', '/api/v1/domains/{id}/units', { params: { path: { id: domain.id } } });
  if (units.isPending || pending) return <LoadingRows rows={5} />;
  const used = templates.flatMap(({ ou, other_ous: others = [], retirement_ou: retirement }) => [
    { dn: ou, use: texts.madeHere },
    ...others.map((dn) => ({ dn, use: texts.choice })),
    ...(retirement ? [{ dn: retirement, use: texts.retirement }] : []),
  ]);
  const nodes = ouTree(domain.base_dn, [...(units.data?.items ?? []), ...used]);
  const problem = <ProblemAlert problem={units.error} retry={() => void units.refetch()} />;
  if (nodes.length === 0) return units.error ? problem : <EmptyState {...texts.noTree} />;
  return (
    <>
      {problem}
      <OuTree nodes={nodes} />
      <div className="muted" style={{ fontSize: '0.8125rem', marginTop: 10 }}>
        {texts.treeHint}
      </div>
    </>
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
      onConfirm={() =>
        post.mutateAsync({ params: { path: { id: domain.id } }, body: {} })
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
      nameOf={(field) => domains.fields[field] ?? field}
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
