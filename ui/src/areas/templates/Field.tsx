import { Checkbox, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { fields } from '@/texts/templates';
import { useWizard } from './useWizard';

interface Props<Value> {
  /** Path in the content, as the API names it. */
  field: string;
  value: Value;
  onChange: (value: Value) => void;
  hint?: string | undefined;
  required?: boolean;
}

export const labelOf = (field: string) => fields[field.replaceAll(/\[[^\]]*\]/g, '')] ?? field;

export function TextField({ field, value, onChange, hint, required, ...more }: Props<string> & { maxLength?: number }) {
  const { error } = useWizard();
  return (
    <TextInput
      name={field}
      label={labelOf(field)}
      description={hint}
      required={required ?? false}
      error={error(field)}
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...more}
    />
  );
}

export function LongField({ field, value, onChange, hint }: Props<string>) {
  const { error } = useWizard();
  return (
    <Textarea
      name={field}
      label={labelOf(field)}
      description={hint}
      error={error(field)}
      autosize
      minRows={2}
      maxRows={12}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** One entry a line. */
export function LinesField({ field, value, onChange, hint }: Props<string[]>) {
  const { errorIn } = useWizard();
  // What is typed keeps its empty lines; what it means has none.
  const [text, setText] = useState(value.join('\n'));
  return (
    <Textarea
      name={field}
      label={labelOf(field)}
      description={hint}
      error={errorIn(field)}
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      value={text}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        onChange(
          typed
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        );
      }}
    />
  );
}

export function NumberField({ field, value, onChange, hint }: Props<number | null | undefined>) {
  const { error } = useWizard();
  return (
    <NumberInput
      name={field}
      label={labelOf(field)}
      description={hint}
      error={error(field)}
      min={0}
      max={65_535}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="strict"
      value={value ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : null)}
    />
  );
}

export function YesNoField({ field, value, onChange, hint }: Props<boolean | undefined>) {
  const { error } = useWizard();
  return (
    <Checkbox
      name={field}
      label={labelOf(field)}
      description={hint}
      error={error(field)}
      checked={value ?? false}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
