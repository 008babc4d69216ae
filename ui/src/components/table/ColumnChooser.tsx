import { ActionIcon, Menu } from '@mantine/core';
import { Check, Columns3 } from 'lucide-react';
import { table as texts } from '@/texts/common';
import type { Column } from './columns';

interface Props<Row> {
  columns: Column<Row>[];
  visible: (id: string) => boolean;
  toggle: (id: string) => void;
  compact: boolean;
  setCompact: (compact: boolean) => void;
}

export function ColumnChooser<Row>({ columns, visible, toggle, compact, setCompact }: Props<Row>) {
  const choosable = columns.filter((column) => !column.fixed);
  const item = (key: string, label: string, on: boolean, flip: () => void) => (
    <Menu.Item
      key={key}
      role="menuitemcheckbox"
      aria-checked={on}
      leftSection={<Check size={14} style={{ visibility: on ? 'visible' : 'hidden' }} />}
      onClick={flip}
    >
      {label}
    </Menu.Item>
  );
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={texts.chooseColumns}>
          <Columns3 size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {choosable.map((column) => item(column.id, column.header, visible(column.id), () => toggle(column.id)))}
        <Menu.Divider />
        {item('compact', texts.compact, compact, () => setCompact(!compact))}
      </Menu.Dropdown>
    </Menu>
  );
}
