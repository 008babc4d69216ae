import { Stack } from '@mantine/core';
import { hints } from '@/texts/templates';
import { NumberField, YesNoField } from './Field';
import { useWizard } from './useWizard';
import classes from './wizard.module.css';

export function OwnershipSection() {
  const { content, change } = useWizard();
  const ownership = content.ownership ?? {};
  const set = (part: Partial<typeof ownership>) => change({ ownership: { ...ownership, ...part } });
  return (
    <Stack gap="md">
      <YesNoField
        field="ownership.group_ownership"
        value={ownership.group_ownership}
        onChange={(group_ownership) => set({ group_ownership: group_ownership ?? false })}
      />
      <YesNoField
        field="ownership.requester_only"
        value={ownership.requester_only}
        onChange={(requester_only) => set({ requester_only: requester_only ?? false })}
      />
      <div className={classes['pair']}>
        <NumberField
          field="ownership.least"
          hint={hints.most}
          value={ownership.least}
          onChange={(least) => set({ least: least ?? 0 })}
        />
        <NumberField
          field="ownership.most"
          hint={hints.most}
          value={ownership.most}
          onChange={(most) => set({ most: most ?? 0 })}
        />
      </div>
    </Stack>
  );
}
