import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { api } from '@/api/client';
import { wizard } from '@/texts/wizard';
import type { Template } from './content';
import type { Draft } from './useDraft';

const PAUSE = 350;
const texts = wizard.fields;

/** The account's name, which the server checks while one types: prefix, pattern, the directory's rules, taken. */
export function NameField({ draft, template }: { draft: Draft; template: Template }) {
  const name = draft.content.name ?? '';
  const check = useNameCheck(draft);
  const { name_prefix: prefix = '', name_pattern: pattern = null } = template.directory;
  return (
    <TextInput
      label={texts.name}
      description={texts.nameHint(prefix, pattern)}
      withAsterisk
      name="name"
      autoComplete="off"
      spellCheck={false}
      maxLength={200}
      value={name}
      placeholder={prefix}
      error={draft.errors['name'] ?? check.error}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
      onChange={(event) => draft.change({ name: event.currentTarget.value }, ['name'])}
      onBlur={() => draft.left('name')}
    />
  );
}

/** What the server says of the name now. */
export function useNameCheck(draft: Draft): { error: string | undefined; note: string; ok: boolean } {
  const { content } = draft;
  const name = content.name ?? '';
  const [settled] = useDebouncedValue(name, PAUSE);
  const query = api.useQuery(
    'get',
    '/api/v1/templates/{id}/name-check',
    { params: { path: { id: content.template }, query: { name: settled } } },
    { enabled: settled.trim() !== '' && content.kind.type === 'new-account', retry: false, staleTime: 5_000 },
  );
  if (name.trim() === '') return { error: undefined, note: '', ok: false };
  if (settled !== name || query.isFetching) return { error: undefined, note: texts.nameChecking, ok: false };
  if (query.error) return { error: undefined, note: texts.nameUnchecked, ok: true };
  const wrong = query.data?.errors ?? [];
  if (wrong.length === 0) return { error: undefined, note: texts.nameFree, ok: true };
  return { error: wrong.map(({ message }) => message).join('; '), note: '', ok: false };
}
