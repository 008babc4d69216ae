import { ActionIcon, Button, Group, Popover, TextInput } from '@mantine/core';
import { Bookmark, X } from 'lucide-react';
import { useState } from 'react';
import { table as texts } from '@/texts/common';
import { useSavedViews, type SavedView } from './useSavedViews';
import { showsView, type TableState } from './useTableState';

interface Props {
  /** Name of the table, for what is kept in the browser. */
  table: string;
  state: TableState;
  /** Views that everybody has; the first is the one without filters. */
  views: SavedView[];
}

export function TableViews({ table, state, views }: Props) {
  const saved = useSavedViews(table);
  const known = [...views, ...saved.views];
  const current = known.find((view) => showsView(state.search, view.search));
  return (
    <Group gap={4} role="group" aria-label={texts.views}>
      {views.map((view) => (
        <ViewButton key={view.name} view={view} on={view === current} state={state} />
      ))}
      {saved.views.map((view) => (
        <Group key={view.name} gap={0}>
          <ViewButton view={view} on={view === current} state={state} />
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={texts.deleteView(view.name)}
            onClick={() => saved.remove(view.name)}
          >
            <X size={13} />
          </ActionIcon>
        </Group>
      ))}
      {!current && <SaveView onSave={(name) => saved.save({ name, search: state.search })} />}
    </Group>
  );
}

function ViewButton({ view, on, state }: { view: SavedView; on: boolean; state: TableState }) {
  return (
    <Button
      size="xs"
      variant={on ? 'light' : 'subtle'}
      color={on ? 'brand' : 'gray'}
      aria-pressed={on}
      onClick={() => state.replaceWith(view.search)}
    >
      {view.name}
    </Button>
  );
}

function SaveView({ onSave }: { onSave: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  return (
    <Popover opened={open} onChange={setOpen} trapFocus position="bottom-start">
      <Popover.Target>
        <Button size="xs" variant="subtle" leftSection={<Bookmark size={13} />} onClick={() => setOpen(!open)}>
          {texts.saveView}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={texts.saveView}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== '') onSave(name.trim());
            setOpen(false);
            setName('');
          }}
        >
          <TextInput
            size="xs"
            label={texts.viewName}
            description={texts.saveViewHint}
            maxLength={40}
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" mt="xs">
            {texts.saveView}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
