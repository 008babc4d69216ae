import { Radio, Select, Stack } from '@mantine/core';
import { actions } from '@/texts/accounts';
import { accountTypes, hints } from '@/texts/templates';
import { consistent, ofType, type AccountType, type Content } from './content';
import { labelOf, LongField, TextField } from './Field';
import { useWizard } from './useWizard';

export function SetupSection() {
  const { content, change } = useWizard();
  return (
    <Stack gap="md">
      <TextField
        field="name"
        required
        maxLength={80}
        value={content.name}
        onChange={(name) => change({ name })}
      />
      <Select
        name="account_type"
        label={labelOf('account_type')}
        allowDeselect={false}
        data={Object.entries(accountTypes).map(([value, label]) => ({ value, label }))}
        value={content.account_type}
        onChange={(type) => type && change(ofType(content, type as AccountType))}
      />
      <Radio.Group
        label={labelOf('action')}
        required
        value={content.action}
        onChange={(action) => change(consistent({ ...content, action: action as Content['action'] }))}
      >
        <Stack gap="xs" mt={6}>
          {Object.entries(actions).map(([value, { label, hint }]) => (
            <Radio key={value} value={value} label={label} description={hint} />
          ))}
        </Stack>
      </Radio.Group>
      <LongField
        field="purpose"
        hint={hints.purpose}
        value={content.purpose ?? ''}
        onChange={(purpose) => change({ purpose })}
      />
      <LongField
        field="terms_of_service"
        hint={hints.terms}
        value={content.terms_of_service ?? ''}
        onChange={(terms) => change({ terms_of_service: terms === '' ? null : terms })}
      />
    </Stack>
  );
}
