import { ActionIcon, Button, Select, TagsInput, TextInput } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { edit, hints, rules } from '@/texts/templates';
import { labelOf } from './Field';
import { useWizard } from './useWizard';
import classes from './wizard.module.css';

type Attribute = Schemas['TemplateAttribute'];

interface Props {
  attributes: Attribute[];
  onChange: (attributes: Attribute[]) => void;
}

/** AD attributes, and who gives each its value. */
export function AttributesField({ attributes, onChange }: Props) {
  const { error, errorIn } = useWizard();
  const set = (index: number, part: Partial<Attribute>) =>
    onChange(attributes.map((attribute, at) => (at === index ? { ...attribute, ...part } : attribute)));
  return (
    <fieldset className={classes['group']}>
      <legend>{labelOf('directory.attributes')}</legend>
      {error('directory.attributes') && <div className={classes['error']}>{error('directory.attributes')}</div>}
      {attributes.map(({ name, rule }, index) => {
        const field = `directory.attributes[${index}]`;
        const called = name || edit.attribute(index + 1);
        return (
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} className={classes['row']}>
            <TextInput
              name={`${field}.name`}
              label={labelOf('directory.attributes.name')}
              error={error(`${field}.name`)}
              spellCheck={false}
              value={name}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
            />
            <Select
              label={labelOf('directory.attributes.rule')}
              allowDeselect={false}
              data={Object.entries(rules).map(([value, label]) => ({ value, label }))}
              value={typeof rule === 'string' ? rule : 'read-only'}
              onChange={(value) =>
                set(index, { rule: value === 'read-only' ? { 'read-only': [] } : (value as 'required' | 'optional') })
              }
            />
            {typeof rule !== 'string' && (
              <TagsInput
                name={`${field}.rule`}
                label={edit.values}
                description={hints.values}
                error={errorIn(`${field}.rule`)}
                splitChars={[]}
                value={rule['read-only']}
                onChange={(values) => set(index, { rule: { 'read-only': values } })}
              />
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={edit.removeAttribute(called)}
              onClick={() => onChange(attributes.filter((_, at) => at !== index))}
            >
              <X size={16} />
            </ActionIcon>
          </div>
        );
      })}
      <Button
        size="xs"
        variant="default"
        leftSection={<Plus size={14} />}
        onClick={() => onChange([...attributes, { name: '', rule: 'optional' }])}
      >
        {edit.addAttribute}
      </Button>
    </fieldset>
  );
}
