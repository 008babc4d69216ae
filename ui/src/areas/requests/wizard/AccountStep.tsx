import { Autocomplete, Checkbox, Select, Stack, Textarea, TextInput } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { wizard } from '@/texts/wizard';
import { errorAt, type Template } from './content';
import { NameField, useNameCheck } from './NameField';
import type { Draft } from './useDraft';

const texts = wizard.fields;

interface Props {
  draft: Draft;
  template: Template;
  /** That a change is about. */
  account: Schemas['AccountBody'] | undefined;
}

/** What the account is called, what it looks like and where it goes. */
export function AccountStep({ draft, template, account }: Props) {
  const { content } = draft;
  const isNew = content.kind.type === 'new-account';
  return (
    <Stack gap="md">
      {isNew ? (
        <div>
          <NameField draft={draft} template={template} />
          <NameNote draft={draft} />
        </div>
      ) : (
        <p className="muted">
          {account?.name} {wizard.changeHint}
        </p>
      )}
      {isNew && (
        <Textarea
          label={texts.description}
          description={texts.descriptionHint}
          autosize
          minRows={1}
          maxRows={5}
          value={content.description ?? ''}
          error={draft.errors['description']}
          onChange={(event) => draft.change({ description: event.currentTarget.value }, ['description'])}
          onBlur={() => draft.left('description')}
        />
      )}
      {isNew && <Places draft={draft} template={template} />}
      <Attributes draft={draft} template={template} account={account} />
      <Groups draft={draft} template={template} account={account} />
    </Stack>
  );
}

function NameNote({ draft }: { draft: Draft }) {
  const { note } = useNameCheck(draft);
  return (
    <div role="status" className="muted" style={{ fontSize: '0.8125rem', minHeight: '1.3em', marginTop: 4 }}>
      {draft.errors['name'] ? '' : note}
    </div>
  );
}

/** OU and folder, where the template lets the requester choose. */
function Places({ draft, template }: { draft: Draft; template: Template }) {
  const { content } = draft;
  const { ou, other_ous: others = [], sub_ous: below = false } = template.directory;
  const { folder, sub_folders: folders = false } = template.vault;
  const change = (value: string | null) =>
    draft.change({ ou: value && value !== ou ? value : null }, ['ou']);
  return (
    <>
      {below && (
        <Autocomplete
          label={texts.ou}
          description={`${texts.ouHint}. ${texts.subOuHint(ou)}`}
          data={[ou, ...others]}
          // All that are offered, whatever is in the field: it is never empty.
          filter={({ options }) => options}
          value={content.ou ?? ou}
          error={draft.errors['ou']}
          onChange={change}
          onBlur={() => draft.left('ou')}
        />
      )}
      {!below && others.length > 0 && (
        <Select
          label={texts.ou}
          description={texts.ouHint}
          allowDeselect={false}
          data={[ou, ...others]}
          value={content.ou ?? ou}
          error={draft.errors['ou']}
          onChange={change}
        />
      )}
      {folders && (
        <TextInput
          label={texts.folder}
          description={texts.folderHint(folder ?? texts.root)}
          value={content.folder ?? ''}
          error={draft.errors['folder']}
          onChange={(event) => draft.change({ folder: event.currentTarget.value || null }, ['folder'])}
          onBlur={() => draft.left('folder')}
        />
      )}
    </>
  );
}

const linesOf = (text: string) => text.split('\n');
const given = (lines: string[]) => (lines.every((line) => line.trim() === '') ? [] : lines);

function Attributes({ draft, template, account }: Props) {
  const rules = template.directory.attributes ?? [];
  if (rules.length === 0) return null;
  const { attributes = {} } = draft.content;
  const set = (name: string, lines: string[]) => {
    const next = { ...attributes };
    const values = given(lines);
    // A change clears what is emptied; a new account has nothing to clear.
    if (values.length === 0 && draft.content.kind.type === 'new-account') delete next[name];
    else next[name] = values;
    draft.change({ attributes: next }, [`attributes.${name}`]);
  };
  return (
    <>
      {rules.map(({ name, rule }) => {
        const field = `attributes.${name}`;
        if (typeof rule === 'object') {
          return (
            <TextInput
              key={name}
              label={name}
              description={texts.fixed}
              readOnly
              variant="filled"
              value={rule['read-only'].join(', ')}
            />
          );
        }
        return (
          <Textarea
            key={name}
            label={name}
            description={texts.attributeHint}
            withAsterisk={rule === 'required'}
            autosize
            minRows={1}
            maxRows={6}
            value={(attributes[name] ?? account?.attributes[name] ?? []).join('\n')}
            error={errorAt(draft.errors, field)}
            onChange={(event) => set(name, linesOf(event.currentTarget.value))}
            onBlur={() => draft.left(field)}
          />
        );
      })}
    </>
  );
}

function Groups({ draft, template, account }: Props) {
  const { groups: joined = [], optional_groups: optional = [] } = template.directory;
  if (optional.length === 0) return null;
  return (
    <Checkbox.Group
      label={texts.optionalGroups}
      description={joined.length > 0 ? `${texts.joined}: ${joined.join('; ')}` : undefined}
      value={draft.content.groups ?? (account?.groups ?? []).filter((group) => optional.includes(group))}
      error={errorAt(draft.errors, 'groups')}
      onChange={(groups) => draft.change({ groups }, ['groups'])}
    >
      <Stack gap={6} mt={6}>
        {optional.map((group) => (
          <Checkbox key={group} value={group} label={group} styles={{ label: { overflowWrap: 'anywhere' } }} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
