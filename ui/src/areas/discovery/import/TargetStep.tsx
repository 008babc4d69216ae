import { Alert, Select } from '@mantine/core';
import { api } from '@/api/client';
import { OwnersSelect } from '@/components/OwnersSelect';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StepForm } from '@/components/StepForm';
import { TemplateSelect } from '@/components/TemplateSelect';
import { importing } from '@/texts/discovery';
import type { Target } from '../chosen';

const texts = importing.target;

interface Props {
  domain: string;
  target: Target;
  change: (target: Target) => void;
  onBack: () => void;
  onNext: () => void;
}

/** Into which template, for how long, and who is accountable unless an account names somebody else. */
export function TargetStep({ domain, target, change, onBack, onNext }: Props) {
  const some = api.useQuery('get', '/api/v1/templates', { params: { query: { domain, published: true, limit: 1 } } });
  const chosen = api.useQuery(
    'get',
    '/api/v1/templates/{id}',
    { params: { path: { id: target.template ?? '' } } },
    { enabled: target.template !== null },
  );
  const periods = target.template === null ? [] : (chosen.data?.content.lifecycle.periods ?? []);
  const set = (part: Partial<Target>) => change({ ...target, ...part });
  return (
    <StepForm
      reason={target.reason}
      reasonHint={texts.reasonHint}
      onReason={(reason) => set({ reason })}
      ready={target.template !== null && target.period !== null}
      next={importing.steps.owners}
      onBack={onBack}
      onNext={onNext}
    >
      <ProblemAlert
        problem={some.error ?? chosen.error}
        retry={() => void (some.error ? some : chosen).refetch()}
      />
      {some.data?.total.value === 0 && <Alert color="yellow" variant="light" title={texts.noTemplates} />}
      <TemplateSelect
        label={texts.template}
        description={texts.templateHint}
        domain={domain}
        value={target.template}
        onChange={(template) => set({ template, period: null })}
      />
      <Select
        label={texts.period}
        description={target.template === null ? texts.chooseTemplate : texts.periodHint}
        required
        disabled={target.template === null}
        data={periods}
        value={target.period}
        onChange={(period) => set({ period })}
      />
      <OwnersSelect
        label={texts.owners}
        description={texts.ownersHint}
        value={target.owners}
        onChange={(owners) => set({ owners })}
      />
    </StepForm>
  );
}
