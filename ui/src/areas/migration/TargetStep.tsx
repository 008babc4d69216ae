import { Button, Checkbox, Group, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { api } from '@/api/client';
import { OwnersSelect, type OwnerChoice } from '@/components/OwnersSelect';
import { common } from '@/texts/common';
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
  const templates = api.useQuery('get', '/api/v1/templates');
  const chosen = api.useQuery(
    'get',
    '/api/v1/templates/{id}',
    { params: { path: { id: target.template ?? '' } } },
    { enabled: target.template !== null },
  );
  const own = (templates.data?.items ?? []).filter((template) => template.domain === domain && template.published);
  const set = (part: Partial<Target>) => change({ ...target, ...part });
  const complete = target.template !== null && target.reason.trim() !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) onNext();
      }}
    >
      <Stack gap="md" maw={560}>
        <div className="muted" style={{ fontSize: '0.875rem' }}>
          {texts.hint}
        </div>
        <Select
          label={texts.template}
          required
          searchable
          data={own.map(({ id, name }) => ({ value: id, label: name }))}
          value={target.template}
          onChange={(template) => set({ template, period: null, version: null })}
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
          checked={target.moveSecret}
          onChange={(event) => set({ moveSecret: event.currentTarget.checked })}
        />
        <Textarea
          label={texts.reason}
          description={texts.reasonHint}
          required
          autosize
          minRows={2}
          maxLength={2_000}
          value={target.reason}
          onChange={(event) => set({ reason: event.currentTarget.value })}
        />
        <Group>
          <Button variant="default" onClick={onBack}>
            {common.back}
          </Button>
          <Button type="submit" disabled={!complete}>
            {migration.steps.review}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
