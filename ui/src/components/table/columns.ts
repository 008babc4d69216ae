import type { ReactNode } from 'react';

/** A column of a table. */
export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The API's name of the order, where rows can be sorted by it. */
  sort?: string;
  align?: 'right';
  /** Holds more than a name or a day. */
  wide?: boolean;
  /** May the text take several lines? */
  wrap?: boolean;
  /** Not shown until chosen. */
  hidden?: boolean;
  /** Beside the first where the window is narrow: what the row is about, or what is done with it. */
  near?: boolean;
  /** Always shown. */
  fixed?: boolean;
}
