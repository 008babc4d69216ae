import type { ReactNode } from 'react';
import { usePast } from '@/api/past';
import { PageHead } from '../PageHead';
import type { Column } from './columns';
import { DataTable, type Selection } from './DataTable';
import { showsView, type Search, type TableState } from './useTableState';

/** What a list says about itself. */
export interface ListTexts {
  title: string;
  /** What the list is for. */
  sub?: string;
  /** How many were found: "3 groups". */
  found: (total: number, more: boolean, filtered: boolean) => string;
  noMatch: { title: string; hint: string };
  empty: { title: string; hint: string };
}

/** Rows of one page, as a query has them. */
export interface ListAnswer<Row> {
  data: { items: Row[]; total: { value: number; more: boolean } } | undefined;
  error: unknown;
  /** Are the rows those of before, while others are on their way? */
  isPlaceholderData?: boolean;
  refetch: () => unknown;
}

interface Props<Row extends { id: string }> {
  /** Names the table, for what the browser keeps. */
  name: string;
  texts: ListTexts;
  state: TableState;
  columns: Column<Row>[];
  nameOf: (row: Row) => string;
  answer: ListAnswer<Row>;
  /** Views, search and filters. */
  toolbar: ReactNode;
  /** How one more is made: in the head, and where there is nothing yet. */
  add?: ReactNode;
  /** Before it, in the head. */
  actions?: ReactNode;
  /** What became of something, above the table. */
  notice?: ReactNode;
  selection?: Selection;
  base?: Search;
}

/** A page that is a list: how many there are, what can be done, and the table. */
export function ListPage<Row extends { id: string }>(props: Props<Row>) {
  const { name, texts, state, answer, add, actions, base = {} } = props;
  const { data, error, isPlaceholderData = false, refetch } = answer;
  const past = usePast();
  const filtered = !showsView({ ...state.search, sort: undefined }, base);
  return (
    <>
      <PageHead
        title={texts.title}
        sub={
          <>
            {texts.sub && `${texts.sub} · `}
            <span role="status" className="number">
              {data ? texts.found(data.total.value, data.total.more, filtered) : '\u00a0'}
            </span>
          </>
        }
        tools={actions}
      >
        {add}
      </PageHead>
      {props.notice}
      <DataTable
        name={name}
        label={texts.title}
        state={state}
        columns={props.columns}
        nameOf={props.nameOf}
        rows={data?.items}
        total={data?.total}
        stale={isPlaceholderData}
        problem={error}
        retry={() => void refetch()}
        toolbar={props.toolbar}
        noMatch={texts.noMatch}
        empty={{ ...texts.empty, action: past ? undefined : add }}
        base={base}
        {...(props.selection && !past ? { selection: props.selection } : {})}
      />
    </>
  );
}
