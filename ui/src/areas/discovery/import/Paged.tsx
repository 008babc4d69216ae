import { Pagination } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { table as texts } from '@/texts/common';

/** More fields or live rows than these are not drawn at once. */
const PER = 25;

/** Some of many, a page at a time. */
export function Paged<Item>({ items, children }: { items: Item[]; children: (shown: Item[]) => ReactNode }) {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(items.length / PER));
  const current = Math.min(page, pages);
  return (
    <>
      {children(items.slice((current - 1) * PER, current * PER))}
      {pages > 1 && (
        <Pagination
          size="sm"
          mt="sm"
          total={pages}
          value={current}
          siblings={1}
          onChange={setPage}
          getControlProps={(control) => ({ 'aria-label': control === 'next' ? texts.next : texts.previous })}
          getItemProps={(item) => ({ 'aria-label': texts.page(item) })}
        />
      )}
    </>
  );
}
