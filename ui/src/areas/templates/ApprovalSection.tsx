import { ActionIcon, Button, Group, Stack } from '@mantine/core';
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { OwnersSelect } from '@/components/OwnersSelect';
import { edit, hints } from '@/texts/templates';
import { labelOf, NumberField, TextField, YesNoField } from './Field';
import { choices, chosen, useNames } from './useNames';
import { useWizard } from './useWizard';
import classes from './wizard.module.css';

type Step = Schemas['ApprovalStep'];

const MOST_STEPS = 10;

export function ApprovalSection() {
  const { content, change, error } = useWizard();
  const { approval } = content;
  const { steps } = approval;
  const set = (part: Partial<typeof approval>) => change({ approval: { ...approval, ...part } });
  const setStep = (index: number, part: Partial<Step>) =>
    set({ steps: steps.map((step, at) => (at === index ? { ...step, ...part } : step)) });
  const move = (index: number, by: number) => {
    const moved = steps.filter((_, at) => at !== index);
    moved.splice(index + by, 0, ...steps.slice(index, index + 1));
    set({ steps: moved });
  };
  return (
    <Stack gap="md">
      <fieldset className={classes['group']}>
        <legend>{labelOf('approval.steps')}</legend>
        {error('approval.steps') && <div className={classes['error']}>{error('approval.steps')}</div>}
        {steps.length === 0 && (
          <div className="muted" style={{ fontSize: '0.875rem' }}>
            {hints.noSteps}
          </div>
        )}
        {steps.map((step, index) => (
          <StepFields
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            step={step}
            index={index}
            last={index === steps.length - 1}
            change={(part) => setStep(index, part)}
            move={(by) => move(index, by)}
            remove={() => set({ steps: steps.filter((_, at) => at !== index) })}
          />
        ))}
        {steps.length < MOST_STEPS && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Plus size={14} />}
            onClick={() =>
              set({ steps: [...steps, { name: edit.newStep(steps.length + 1), least: 1, users: [], groups: [] }] })
            }
          >
            {edit.addStep}
          </Button>
        )}
      </fieldset>
      <YesNoField
        field="approval.hide_approver_names"
        value={approval.hide_approver_names}
        onChange={(hide) => set({ hide_approver_names: hide ?? false })}
      />
      <YesNoField
        field="approval.justification_required"
        value={approval.justification_required}
        onChange={(needed) => set({ justification_required: needed ?? false })}
      />
    </Stack>
  );
}

interface StepProps {
  step: Step;
  index: number;
  last: boolean;
  change: (part: Partial<Step>) => void;
  move: (by: number) => void;
  remove: () => void;
}

function StepFields({ step, index, last, change, move, remove }: StepProps) {
  const { content, errorIn } = useWizard();
  const name = useNames(content);
  const field = `approval.steps[${index}]`;
  const icon = { variant: 'subtle', color: 'gray', size: 'sm' } as const;
  const timesOut = step.times_out_after_hours != null;
  return (
    <div className={classes['step']} role="group" aria-label={edit.step(index + 1)}>
      <div className={classes['stepHead']}>
        {edit.step(index + 1)}
        <Group gap={2}>
          <ActionIcon {...icon} disabled={index === 0} aria-label={edit.up(step.name)} onClick={() => move(-1)}>
            <ArrowUp size={15} />
          </ActionIcon>
          <ActionIcon {...icon} disabled={last} aria-label={edit.down(step.name)} onClick={() => move(1)}>
            <ArrowDown size={15} />
          </ActionIcon>
          <ActionIcon {...icon} aria-label={edit.removeStep(step.name)} onClick={remove}>
            <X size={15} />
          </ActionIcon>
        </Group>
      </div>
      {/* What is wrong with one of them is said below it. */}
      <div className={classes['pair']} style={{ alignItems: 'start' }}>
        <TextField
          field={`${field}.name`}
          required
          maxLength={80}
          value={step.name}
          onChange={(called) => change({ name: called })}
        />
        <NumberField field={`${field}.least`} value={step.least} onChange={(least) => change({ least: least ?? 0 })} />
      </div>
      <OwnersSelect
        label={labelOf('approval.steps.users')}
        description={hints.approvers}
        required
        approvers
        error={errorIn(`${field}.users`) ?? errorIn(`${field}.groups`)}
        value={choices(step, name)}
        onChange={(people) => change(chosen(people))}
      />
      <NumberField
        field={`${field}.times_out_after_hours`}
        hint={hints.timeout}
        value={step.times_out_after_hours}
        onChange={(hours) => change({ times_out_after_hours: hours, ...(hours === null ? { fallback: {} } : {}) })}
      />
      {timesOut && (
        <OwnersSelect
          label={labelOf('approval.steps.fallback')}
          description={hints.fallback}
          required
          approvers
          error={errorIn(`${field}.fallback`)}
          value={choices(step.fallback, name)}
          onChange={(people) => change({ fallback: chosen(people) })}
        />
      )}
    </div>
  );
}
