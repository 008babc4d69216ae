import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { usePast } from '@/api/past';
import { useCan } from '@/api/session';
import { stringifySearch } from '@/app/search';
import { Card } from '@/components/Card';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { ExportMenu } from '@/components/ExportMenu';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { campaigns } from '@/texts/campaigns';
import { CampaignAccounts } from './CampaignAccounts';
import { CampaignFacts } from './CampaignFacts';
import { CampaignStatus } from './CampaignsPage';
import { ByReviewer, Loop } from './CampaignNumbers';
import { ProgressBar } from './ProgressBar';

const texts = campaigns.one;

/** One campaign, for those who run it, and for auditors: how far it is, who reviews how much, what came of revocations. */
export default function CampaignPage() {
  const { id } = useParams({ from: '/campaigns/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/campaigns/{id}', { params: { path: { id } } });
  const parent = { label: campaigns.title, to: '/campaigns' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={campaigns.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  return <Shown campaign={data} />;
}

function Shown({ campaign }: { campaign: Schemas['CampaignBody'] }) {
  const runs = useCan()('managed-account:update:all');
  const [closing, setClosing] = useState(false);
  const past = usePast();
  const exported = `/api/v1/campaigns/${campaign.id}/export`;
  const exportAs = (format?: string) => exported + stringifySearch({ format, as_of: past });
  const open = campaign.status === 'open';
  return (
    <>
      <PageHead
        title={campaign.name}
        badge={<CampaignStatus status={campaign.status} />}
        parent={{ label: campaigns.title, to: '/campaigns' }}
        tools={
          <ExportMenu
            lists={[{ address: exportAs(), file: 'campaign' }]}
            others={[{ label: texts.exportJson, address: exportAs('json'), file: 'campaign.json' }]}
          />
        }
      >
        {runs && open && (
          <Button variant="default" onClick={() => setClosing(true)}>
            {texts.close}
          </Button>
        )}
      </PageHead>
      <div className="grid" style={{ marginBottom: 16 }}>
        <div className="span-7" style={{ display: 'grid', gap: 16, alignContent: 'start' }}>
          <Card title={texts.progress}>
            <ProgressBar progress={campaign.progress} of={campaign.name} size="lg" />
          </Card>
          <Card title={texts.loop}>
            <Loop progress={campaign.progress} />
          </Card>
          <Card title={texts.reviewers}>
            <ByReviewer reviewers={campaign.by_reviewer} count={campaign.reviewer_count} />
          </Card>
        </div>
        <Card title={texts.facts} span={5}>
          <CampaignFacts campaign={campaign} />
        </Card>
      </div>
      <CampaignAccounts campaign={campaign} handsOver={runs && open} />
      {closing && <CloseDialog campaign={campaign} onClose={() => setClosing(false)} />}
    </>
  );
}

function CloseDialog({ campaign, onClose }: { campaign: Schemas['CampaignBody']; onClose: () => void }) {
  const post = api.useMutation('post', '/api/v1/campaigns/{id}/close');
  return (
    <ConfirmDialog
      title={texts.closeTitle(campaign.name)}
      consequence={texts.closeConsequence}
      act={texts.close}
      danger
      askReason
      onConfirm={(reason) => post.mutateAsync({ params: { path: { id: campaign.id } }, body: { reason } })}
      onClose={onClose}
    />
  );
}
