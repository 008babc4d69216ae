import { Checkbox, Group } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { encryptionTypes, hints } from '@/texts/templates';
import { newGmsa } from './content';
import { labelOf, LinesField, NumberField } from './Field';
import { useWizard } from './useWizard';

/** What only group managed service accounts have. */
export function GmsaFields() {
  const { content, change, errorIn } = useWizard();
  const { directory } = content;
  const gmsa = directory.gmsa ?? newGmsa;
  const set = (part: Partial<typeof gmsa>) => change({ directory: { ...directory, gmsa: { ...gmsa, ...part } } });
  return (
    <>
      <LinesField
        field="directory.gmsa.principals"
        hint={hints.principals}
        value={gmsa.principals}
        onChange={(principals) => set({ principals })}
      />
      <Checkbox.Group
        label={labelOf('directory.gmsa.encryption_types')}
        error={errorIn('directory.gmsa.encryption_types')}
        value={gmsa.encryption_types ?? []}
        onChange={(types) => set({ encryption_types: types as Schemas['EncryptionType'][] })}
      >
        <Group mt={6}>
          {Object.entries(encryptionTypes).map(([value, label]) => (
            <Checkbox key={value} name="directory.gmsa.encryption_types" value={value} label={label} />
          ))}
        </Group>
      </Checkbox.Group>
      <NumberField
        field="directory.gmsa.password_interval_days"
        hint={hints.interval}
        value={gmsa.password_interval_days}
        onChange={(days) => set({ password_interval_days: days ?? 0 })}
      />
    </>
  );
}
