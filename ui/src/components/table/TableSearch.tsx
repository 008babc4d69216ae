import { ActionIcon, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { Search, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { table as texts } from '@/texts/common';
import type { TableState } from './useTableState';
import { widthFor } from './widthFor';

const PAUSE = 220;

/** The search box of a table: F goes to it, and what is typed goes to the address after a pause. */
export function TableSearch({ state, placeholder }: { state: TableState; placeholder: string }) {
  const shown = state.search.q ?? '';
  // What is typed stays until the address says something that was not typed here: Back, or a view.
  const [typed, setTyped] = useState({ text: shown, before: shown, sent: shown });
  const text = shown === typed.before || shown === typed.sent ? typed.text : shown;
  const search = useDebouncedCallback((wanted: string) => {
    const sent = wanted.trim();
    setTyped((now) => ({ ...now, before: shown, sent }));
    state.change({ q: sent || undefined }, true);
  }, PAUSE);
  const box = useRef<HTMLInputElement>(null);
  useHotkeys([['f', () => box.current?.focus()]]);
  const clear = () => {
    setTyped({ text: '', before: shown, sent: '' });
    state.change({ q: undefined });
  };
  return (
    <TextInput
      ref={box}
      size="xs"
      w={widthFor(placeholder, 76)}
      aria-label={placeholder}
      placeholder={placeholder}
      value={text}
      leftSection={<Search size={14} />}
      rightSection={
        text === '' ? (
          <kbd aria-hidden>F</kbd>
        ) : (
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={texts.clearSearch} onClick={clear}>
            <X size={13} />
          </ActionIcon>
        )
      }
      onChange={(event) => {
        const { value } = event.currentTarget;
        setTyped((now) => ({ ...now, text: value, before: shown }));
        search(value);
      }}
    />
  );
}
