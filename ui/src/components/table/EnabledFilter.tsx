import { enabled as texts } from '@/texts/states';
import { TableFilter } from './TableFilter';
import type { TableState } from './useTableState';

/** Only what is enabled, or only what is not: `?enabled=true`. */
export function EnabledFilter({ state }: { state: TableState }) {
  return (
    <TableFilter
      state={state}
      name="enabled"
      label={texts.filter}
      any={texts.any}
      choices={[
        { value: 'true', label: texts.on },
        { value: 'false', label: texts.off },
      ]}
    />
  );
}
