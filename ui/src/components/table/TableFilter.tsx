import { MultiSelect, Select } from '@mantine/core';
import { common } from '@/texts/common';
import type { TableState } from './useTableState';
import { widthFor } from './widthFor';

/** More are searched, and no more than these are drawn at once. */
const FEW = 8;
const MOST_SHOWN = 100;

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
  /** None while they are on their way. */
  choices: Choice[] | undefined;
  /** One looks at the choices: long ones need not be there before. */
  onOpen?: () => void;
  /** Several at once, separated by commas in the address. */
  several?: boolean;
}

/** A filter of a table, kept in the address. */
export function TableFilter({ state, name, label, any, choices, onOpen, several = false }: Props) {
  const value = state.search[name];
  const text = value === undefined ? '' : String(value);
  if (several) {
    const chosen = text === '' ? [] : text.split(',');
    return (
      <MultiSelect
        size="xs"
        w={Math.max(widthFor(any), chosen.length * 104 + 52)}
        maw="100%"
        styles={{ pill: { maxWidth: 'none' } }}
        aria-label={label}
        placeholder={chosen.length === 0 ? any : ''}
        clearable
        data={choices ?? []}
        value={chosen}
        onChange={(next) => state.change({ [name]: next.join(',') || undefined })}
      />
    );
  }
  const longest = [any, (choices ?? []).find((choice) => choice.value === text)?.label ?? ''].toSorted((a, b) => b.length - a.length)[0] ?? any;
  return (
    <Select
      size="xs"
      w={widthFor(longest)}
      maw="100%"
      aria-label={label}
      placeholder={any}
      clearable
      searchable={choices === undefined || choices.length > FEW}
      limit={MOST_SHOWN}
      nothingFoundMessage={choices ? common.none : common.loading}
      data={choices ?? []}
      {...(onOpen ? { onDropdownOpen: onOpen } : {})}
      value={text || null}
      onChange={(next) => state.change({ [name]: next ?? undefined })}
    />
  );
}
