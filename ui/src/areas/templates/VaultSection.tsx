import { Select, Stack } from '@mantine/core';
import { hints, vaultKinds } from '@/texts/templates';
import { labelOf, TextField, YesNoField } from './Field';
import { useWizard } from './useWizard';

export function VaultSection() {
  const { content, change } = useWizard();
  const { vault } = content;
  const set = (part: Partial<typeof vault>) => change({ vault: { ...vault, ...part } });
  return (
    <Stack gap="md">
      <Select
        name="vault.kind"
        label={labelOf('vault.kind')}
        allowDeselect={false}
        data={Object.entries(vaultKinds).map(([value, label]) => ({ value, label }))}
        value={vault.kind}
      />
      <TextField
        field="vault.folder"
        hint={hints.folder}
        maxLength={200}
        value={vault.folder ?? ''}
        onChange={(folder) => set({ folder: folder === '' ? null : folder })}
      />
      <YesNoField
        field="vault.sub_folders"
        value={vault.sub_folders}
        onChange={(sub_folders) => set({ sub_folders: sub_folders ?? false })}
      />
    </Stack>
  );
}
