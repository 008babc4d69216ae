import { MultiSelect, Select } from '@mantine/core';
import type { TableState } from './useTableState';

interface Choice {
  value: string;
  label: string;
}

interface Props {
  state: TableState;
  /** Name in the address and, usually, of the API's parameter. */
  name: string;
  label: string;
  /** What is said when nothing is chosen: "Any status". */
  any: string;
  choices: Choice[];
  /** Several at once, separated by commas in the address. */
  several?: boolean;
}

/** A filter of a table, kept in the address. */
export function TableFilter({ state, name, label, any, choices, several = false }: Props) {
  const value = state.search[name];
  const text = value === undefined ? '' : String(value);
  if (several) {
    const chosen = text === '' ? [] : text.split(',');
    return (
      <MultiSelect
        size="xs"
        w={190}
        aria-label={label}
        placeholder={chosen.length === 0 ? any : ''}
        clearable
        data={choices}
        value={chosen}
        onChange={(next) => state.change({ [name]: next.join(',') || undefined })}
      />
    );
  }
  return (
    <Select
      size="xs"
      w={190}
      aria-label={label}
      placeholder={any}
      clearable
      searchable={choices.length > 8}
      data={choices}
      value={text || null}
      onChange={(next) => state.change({ [name]: next ?? undefined })}
    />
  );
}
