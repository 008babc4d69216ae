import { MultiSelect, Stack, TagsInput } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { OwnersSelect } from '@/components/OwnersSelect';
import { drift } from '@/texts/drift';
import { hints } from '@/texts/templates';
import { labelOf, NumberField, YesNoField } from './Field';
import { choices, chosen, useNames } from './useNames';
import { useWizard } from './useWizard';
import classes from './wizard.module.css';

const PERIOD = /^[0-9]{1,4} (day|days|month|months|year|years)$/;

/** What an order brings back. */
const REPAIRABLE: Schemas['DriftField'][] = ['enabled', 'expiry', 'ou', 'group', 'attribute', 'description', 'mark'];
const OF_GMSA: Schemas['DriftField'][] = ['principals', 'encryption-types'];

export function LifecycleSection() {
  const { content, change, error, errorIn } = useWizard();
  const repairable = content.account_type === 'ad-gmsa' ? [...REPAIRABLE, ...OF_GMSA] : REPAIRABLE;
  const { lifecycle } = content;
  const name = useNames(content);
  const [misspelt, setMisspelt] = useState(false);
  const set = (part: Partial<typeof lifecycle>) => change({ lifecycle: { ...lifecycle, ...part } });
  const { every_hours = 0, last_days = 0 } = lifecycle.urgent ?? {};
  const setUrgent = (urgent: { every_hours: number; last_days: number }) =>
    set({ urgent: urgent.every_hours === 0 && urgent.last_days === 0 ? null : urgent });
  return (
    <Stack gap="md">
      <TagsInput
        name="lifecycle.periods"
        label={labelOf('lifecycle.periods')}
        description={hints.periods}
        required
        error={misspelt ? hints.periodWrong : errorIn('lifecycle.periods')}
        value={lifecycle.periods}
        onChange={(periods) => {
          const right = periods.map((period) => period.trim().toLowerCase()).filter((period) => PERIOD.test(period));
          setMisspelt(right.length < periods.length);
          set({ periods: right });
        }}
      />
      {content.action === 'delete' ? (
        <div className="muted" style={{ fontSize: '0.875rem' }}>
          {hints.noRenewal}
        </div>
      ) : (
        <>
          <div className={classes['pair']}>
            <NumberField
              field="lifecycle.renewal_opens_days"
              hint={hints.onlyAtEnd}
              value={lifecycle.renewal_opens_days}
              onChange={(renewal_opens_days) => set({ renewal_opens_days })}
            />
            <NumberField
              field="lifecycle.remind_every_days"
              hint={hints.noReminders}
              value={lifecycle.remind_every_days}
              onChange={(remind_every_days) => set({ remind_every_days })}
            />
            <NumberField
              field="lifecycle.urgent.every_hours"
              hint={hints.noUrgent}
              value={every_hours || null}
              onChange={(hours) => setUrgent({ every_hours: hours ?? 0, last_days })}
            />
            <NumberField
              field="lifecycle.urgent.last_days"
              hint={hints.noUrgent}
              value={last_days || null}
              onChange={(days) => setUrgent({ every_hours, last_days: days ?? 0 })}
            />
            <NumberField
              field="lifecycle.stop_reminding_after_days"
              hint={hints.stop}
              value={lifecycle.stop_reminding_after_days}
              onChange={(stop_reminding_after_days) => set({ stop_reminding_after_days })}
            />
          </div>
          {error('lifecycle.urgent') && <div className={classes['error']}>{error('lifecycle.urgent')}</div>}
          <YesNoField
            field="lifecycle.notify_when_renewal_opens"
            value={lifecycle.notify_when_renewal_opens}
            onChange={(notify) => set({ notify_when_renewal_opens: notify ?? false })}
          />
        </>
      )}
      <YesNoField
        field="lifecycle.include_administrators"
        value={lifecycle.include_administrators}
        onChange={(include) => set({ include_administrators: include ?? false })}
      />
      <OwnersSelect
        label={labelOf('lifecycle.other_recipients')}
        error={errorIn('lifecycle.other_recipients')}
        value={choices(lifecycle.other_recipients, name)}
        onChange={(people) => set({ other_recipients: chosen(people) })}
      />
      <div className={classes['pair']}>
        {content.action === 'disable' && (
          <NumberField
            field="lifecycle.enabled_after_end_days"
            hint={hints.grace}
            value={lifecycle.enabled_after_end_days}
            onChange={(days) => set({ enabled_after_end_days: days ?? 0 })}
          />
        )}
        <NumberField
          field="lifecycle.purge_after_days"
          hint={hints.purge}
          value={lifecycle.purge_after_days}
          onChange={(purge_after_days) => set({ purge_after_days })}
        />
      </div>
      <MultiSelect
        name="drift.repair"
        label={labelOf('drift.repair')}
        description={drift.template.hint}
        error={errorIn('drift.repair')}
        data={repairable.map((value) => ({ value, label: drift.fields[value] }))}
        value={content.drift?.repair ?? []}
        onChange={(repair) => change({ drift: { repair: repair as typeof REPAIRABLE } })}
      />
    </Stack>
  );
}
