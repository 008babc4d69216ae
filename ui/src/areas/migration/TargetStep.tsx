import { Checkbox, Group, NumberInput, Select, TextInput } from '@mantine/core';
import { api } from '@/api/client';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { StepForm } from '@/components/StepForm';
import { TemplateSelect } from '@/components/TemplateSelect';
import { migration } from '@/texts/migration';

const texts = migration.target;

export interface Target {
  template: string | null;
  version: number | null;
  period: string | null;
  endDate: string;
  owners: OwnerChoice[];
  moveToOu: boolean;
  moveSecret: boolean;
  reason: string;
}

export const NO_TARGET: Target = {
  template: null,
  version: null,
  period: null,
  endDate: '',
  owners: [],
  moveToOu: false,
  moveSecret: false,
  reason: '',
};

interface Props {
  domain: string;
  target: Target;
  change: (target: Target) => void;
  onBack: () => void;
  onNext: () => void;
}

/** Where accounts go: template and version, and by choice period, end, owners, OU and folder. */
export function TargetStep({ domain, target, change, onBack, onNext }: Props) {
  const chosen = api.useQuery(
    'get',
    '/api/v1/templates/{id}',
    { params: { path: { id: target.template ?? '' } } },
    { enabled: target.template !== null },
  );
  const set = (part: Partial<Target>) => change({ ...target, ...part });
  const gmsa = chosen.data?.content.account_type === 'ad-gmsa';
  return (
    <StepForm
      reason={target.reason}
      reasonHint={texts.reasonHint}
      onReason={(reason) => set({ reason })}
      ready={target.template !== null}
      next={migration.steps.review}
      onBack={onBack}
      onNext={onNext}
    >
      <div className="muted" style={{ fontSize: '0.875rem' }}>
        {texts.hint}
      </div>
      <TemplateSelect
        label={texts.template}
        domain={domain}
        value={target.template}
        onChange={(template) => set({ template, period: null, version: null, moveSecret: false })}
      />
      <Group grow align="flex-start">
        <NumberInput
          label={texts.version}
          description={texts.versionHint}
          min={1}
          allowDecimal={false}
          value={target.version ?? ''}
          onChange={(version) => set({ version: typeof version === 'number' ? version : null })}
        />
        <Select
          label={texts.period}
          description={' '}
          clearable
          data={chosen.data?.content.lifecycle.periods ?? []}
          value={target.period}
          onChange={(period) => set({ period })}
        />
      </Group>
      <TextInput
        label={texts.endDate}
        description={texts.endDateHint}
        type="date"
        value={target.endDate}
        onChange={(event) => set({ endDate: event.currentTarget.value })}
      />
      <OwnersSelect
        label={migration.owners}
        description={texts.ownersHint}
        value={target.owners}
        onChange={(owners) => set({ owners })}
      />
      <Checkbox
        label={texts.moveToOu}
        checked={target.moveToOu}
        onChange={(event) => set({ moveToOu: event.currentTarget.checked })}
      />
      <Checkbox
        label={texts.moveSecret}
        description={gmsa && texts.noSecret}
        disabled={gmsa}
        checked={target.moveSecret && !gmsa}
        onChange={(event) => set({ moveSecret: event.currentTarget.checked })}
      />
    </StepForm>
  );
}
