import { Group, Pagination, Select } from '@mantine/core';
import { PAGE_SIZES } from '@/app/search';
import { table as texts } from '@/texts/common';
import type { TableState } from './useTableState';

interface Props {
  state: TableState;
  /** Rows on this page. */
  shown: number;
  /** How many there are; `more`: at least so many, the server counts no further. */
  total: { value: number; more: boolean };
}

export function TablePages({ state, shown, total }: Props) {
  const { page, per } = state;
  const counted = Math.ceil(total.value / per);
  // Where the rest is not counted, a full page has another one behind it.
  const pages = total.more ? Math.max(counted, page + (shown === per ? 1 : 0)) : counted;
  const from = state.offset + 1;
  return (
    <Group justify="space-between" px="sm" py={8} mt="auto" style={{ borderTop: '1px solid var(--line)' }}>
      <span className="muted number" style={{ fontSize: '0.875rem' }}>
        {shown > 0 && texts.range(from, from + shown - 1, Math.max(total.value, from + shown - 1), total.more)}
      </span>
      <Group gap="sm">
        <Select
          size="xs"
          w={108}
          aria-label={texts.rowsPerPage}
          allowDeselect={false}
          value={String(per)}
          data={PAGE_SIZES.map(String).map((value) => ({ value, label: texts.rows(value) }))}
          onChange={(value) => state.change({ per: Number(value) })}
        />
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={page}
            siblings={1}
            onChange={state.goTo}
            getControlProps={(control) => ({ 'aria-label': control === 'next' ? texts.next : texts.previous })}
            getItemProps={(item) => ({ 'aria-label': texts.page(item) })}
          />
        )}
      </Group>
    </Group>
  );
}
