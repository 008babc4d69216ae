import { Select, Stack, Text } from '@mantine/core';
import { hints, vaultKinds } from '@/texts/templates';
import { labelOf, TextField, YesNoField } from './Field';
import { useWizard } from './useWizard';

export function VaultSection() {
  const { content, change } = useWizard();
  const { vault } = content;
  const set = (part: Partial<typeof vault>) => change({ vault: { ...vault, ...part } });
  if (content.account_type === 'ad-gmsa') return <Text size="sm">{hints.noVault}</Text>;
  return (
    <Stack gap="md">
      <Select
        name="vault.kind"
        label={labelOf('vault.kind')}
        allowDeselect={false}
        data={[{ value: 'built-in', label: vaultKinds['built-in'] }]}
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
