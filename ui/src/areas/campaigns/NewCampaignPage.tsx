import { Button, Checkbox, Group, MultiSelect, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { fieldErrors } from '@/api/problem';
import { Card } from '@/components/Card';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { OffReason } from '@/components/OffReason';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { statuses } from '@/texts/accounts';
import { campaigns } from '@/texts/campaigns';
import { ownerOf } from './owner';
import { Preview } from './Preview';

const texts = campaigns.new;

const REVIEWABLE = ['active', 'disabled', 'expired', 'renewing'] as const;
const REVIEWERS = ['owners', 'owning-groups', 'named'] as const;
const UNANSWERED = ['report', 'keep', 'revoke'] as const;

type Reviewers = (typeof REVIEWERS)[number];
type Unanswered = (typeof UNANSWERED)[number];
export type Body = Schemas['OpenCampaign'];

/** Days, as one types them; none if they are not. */
function daysOf(text: string): number[] | undefined {
  const days = text.split(',').map((day) => day.trim()).filter(Boolean).map(Number);
  return days.every((day) => Number.isInteger(day) && day >= 1 && day <= 365) ? days : undefined;
}

/** Midnight UTC at the end of that day. */
function endOf(day: string): string | undefined {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : new Date(at + 86_400_000).toISOString().replace('.000', '');
}

/** A campaign that is to be: which accounts, who reviews them, until when; what it would be about is shown before. */
export default function NewCampaignPage() {
  const navigate = useNavigate();
  const domains = api.useQuery('get', '/api/v1/domains', {});
  const templates = api.useQuery('get', '/api/v1/templates', { params: { query: { limit: 500 } } });
  const [name, setName] = useState('');
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<string[]>([]);
  const [domain, setDomain] = useState<string | null>(null);
  const [template, setTemplate] = useState<string | null>(null);
  const [owner, setOwner] = useState<OwnerChoice[]>([]);
  const [reviewers, setReviewers] = useState<Reviewers>('owners');
  const [named, setNamed] = useState<OwnerChoice[]>([]);
  const [fallback, setFallback] = useState<OwnerChoice[]>([]);
  const [selfReview, setSelfReview] = useState(false);
  const [day, setDay] = useState('');
  const [remind, setRemind] = useState('7, 3, 1');
  const [unanswered, setUnanswered] = useState<Unanswered>('report');
  const [previewed, setPreviewed] = useState<{ body: string; shown: Schemas['CampaignPreview'] } | null>(null);
  const preview = api.useMutation('post', '/api/v1/campaigns/preview');
  const open = api.useMutation('post', '/api/v1/campaigns');

  const days = daysOf(remind);
  const due = endOf(day);
  const filter = {
    ...(search.trim() ? { search: search.trim() } : {}),
    ...(status.length > 0 ? { status } : {}),
    ...(domain ? { domain } : {}),
    ...(template ? { template } : {}),
    ...(owner[0] ? { owner: ownerOf(owner[0]) } : {}),
  };
  const wants = [
    ...(name.trim() ? [] : [texts.wants.name]),
    ...(reviewers !== 'named' || named[0] ? [] : [texts.wants.named]),
    ...(due ? [] : [texts.wants.due]),
    ...(days ? [] : [texts.wants.remind]),
  ];
  const complete = wants.length === 0;
  const body = {
    name: name.trim(),
    filter,
    reviewers: reviewers === 'named' && named[0] ? { kind: 'named', who: ownerOf(named[0]) } : { kind: reviewers },
    ...(fallback[0] ? { fallback: ownerOf(fallback[0]) } : {}),
    self_review: selfReview,
    due: due ?? '',
    remind_days_before: days ?? [],
    unanswered,
  } as Body;
  // What was shown is of what was typed then.
  const written = JSON.stringify(body);
  const shown = previewed?.body === written ? previewed.shown : undefined;
  const problem = shown ? open.error : preview.error;
  const errors = fieldErrors(problem);
  const look = async () => {
    const answer = await preview.mutateAsync({ body });
    setPreviewed({ body: written, shown: answer });
  };
  const start = async () => {
    const { id } = await open.mutateAsync({ body });
    await navigate({ to: '/campaigns/$id', params: { id } });
  };
  return (
    <>
      <PageHead title={texts.title} sub={texts.sub} parent={{ label: campaigns.title, to: '/campaigns' }} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // What was refused is shown from the mutation.
          if (complete && !preview.isPending) look().catch(() => undefined);
        }}
      >
        <div className="grid">
          <Card title={texts.what}>
            <TextInput
              label={texts.name}
              description={texts.nameHint}
              required
              maxLength={120}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={errors['name']}
            />
          </Card>
          <Card title={texts.which} span={6}>
            <Stack gap="sm">
              <p className="muted" style={{ margin: 0, fontSize: '0.8125rem' }}>
                {texts.whichHint}
              </p>
              <TextInput label={texts.search} maxLength={200} value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
              <MultiSelect
                label={texts.status}
                description={texts.statusHint}
                data={REVIEWABLE.map((value) => ({ value, label: statuses[value].label }))}
                value={status}
                onChange={setStatus}
                error={errors['filter.status']}
              />
              <Select
                label={texts.domain}
                placeholder={texts.anyDomain}
                clearable
                data={(domains.data?.items ?? []).map(({ id, name: label }) => ({ value: id, label }))}
                value={domain}
                onChange={setDomain}
              />
              <Select
                label={texts.template}
                placeholder={texts.anyTemplate}
                clearable
                searchable
                limit={100}
                data={(templates.data?.items ?? []).map(({ id, name: label }) => ({ value: id, label }))}
                value={template}
                onChange={setTemplate}
              />
              <OwnersSelect label={texts.owner} description={texts.ownerHint} most={1} value={owner} onChange={setOwner} />
            </Stack>
          </Card>
          <div className="span-6" style={{ display: 'grid', gap: 16, alignContent: 'start' }}>
            <Card title={texts.who}>
              <Stack gap="sm">
                <Radio.Group label={texts.reviewers} value={reviewers} onChange={(value) => setReviewers(value as Reviewers)}>
                  <Stack gap={6} mt={6}>
                    {REVIEWERS.map((value) => (
                      <Radio key={value} value={value} label={campaigns.reviewers[value].label} description={campaigns.reviewers[value].hint} />
                    ))}
                  </Stack>
                </Radio.Group>
                {reviewers === 'named' && (
                  <OwnersSelect label={texts.named} required most={1} value={named} onChange={setNamed} error={errors['reviewers']} />
                )}
                <OwnersSelect
                  label={texts.fallback}
                  description={texts.fallbackHint}
                  most={1}
                  value={fallback}
                  onChange={setFallback}
                  error={errors['fallback']}
                />
                <Checkbox
                  label={texts.selfReview}
                  description={texts.selfReviewHint}
                  checked={selfReview}
                  onChange={(event) => setSelfReview(event.currentTarget.checked)}
                />
              </Stack>
            </Card>
            <Card title={texts.when}>
              <Stack gap="sm">
                <TextInput
                  type="date"
                  label={texts.due}
                  description={texts.dueHint}
                  required
                  value={day}
                  onChange={(event) => setDay(event.currentTarget.value)}
                  error={errors['due']}
                />
                <TextInput
                  label={texts.remind}
                  description={texts.remindHint}
                  value={remind}
                  onChange={(event) => setRemind(event.currentTarget.value)}
                  error={errors['remind_days_before'] ?? (days ? undefined : texts.remindWrong)}
                />
                <Radio.Group label={texts.unanswered} value={unanswered} onChange={(value) => setUnanswered(value as Unanswered)}>
                  <Stack gap={6} mt={6}>
                    {UNANSWERED.map((value) => (
                      <Radio key={value} value={value} label={campaigns.unanswered[value].label} description={campaigns.unanswered[value].hint} />
                    ))}
                  </Stack>
                </Radio.Group>
              </Stack>
            </Card>
          </div>
          <div className="span-12">
            <ProblemAlert problem={problem} mb="md" />
            {shown && <Preview preview={shown} />}
            <Group justify="flex-end" mt="md">
              <OffReason reason={complete ? undefined : texts.incomplete(wants)}>
                <Button type="submit" variant={shown ? 'default' : 'filled'} disabled={!complete} loading={preview.isPending}>
                  {texts.preview}
                </Button>
              </OffReason>
              {shown && shown.count > 0 && (
                <Button
                  data-tip={texts.startHint}
                  loading={open.isPending}
                  onClick={() => {
                    start().catch(() => undefined);
                  }}
                >
                  {texts.start}
                </Button>
              )}
            </Group>
          </div>
        </div>
      </form>
    </>
  );
}
