import { Button } from '@mantine/core';
import { X } from 'lucide-react';
import { table as texts } from '@/texts/common';
import type { TableState } from './useTableState';

/** A filter that came with a link from another page: shown, and taken away. */
export function ChosenFilter({ state, name, label }: { state: TableState; name: string; label: string }) {
  if (state.search[name] === undefined) return null;
  return (
    <Button
      size="xs"
      variant="light"
      rightSection={<X size={13} aria-hidden />}
      aria-label={texts.removeFilter(label)}
      onClick={() => state.change({ [name]: undefined })}
    >
      {label}
    </Button>
  );
}
