import { ActionIcon, Button, Group, Popover, Stack, TextInput } from '@mantine/core';
import { Bookmark, X } from 'lucide-react';
import { useState } from 'react';
import { table as texts } from '@/texts/common';
import { ProblemAlert } from '../ProblemAlert';
import { useSavedViews, type View, type ViewedList } from './useSavedViews';
import { showsView, type TableState } from './useTableState';

interface Props {
  list: ViewedList;
  state: TableState;
  /** Views that everybody has; the first is the one without filters. */
  views: View[];
}

/** What a list is usually looked at for, and what the person wants to see of it again. */
export function TableViews({ list, state, views }: Props) {
  const saved = useSavedViews(list);
  const own = saved.views ?? [];
  const current = [...views, ...own].find((view) => showsView(state.search, view.search));
  return (
    <Group gap={4} role="group" aria-label={texts.views}>
      {views.map((view) => (
        <ViewButton key={view.name} view={view} on={view === current} state={state} />
      ))}
      {own.map((view) => (
        <Group key={view.id} gap={0} wrap="nowrap" style={{ minWidth: 0 }}>
          <ViewButton view={view} on={view === current} state={state} />
          <ActionIcon
            size={26}
            variant="subtle"
            color="gray"
            aria-label={texts.deleteView(view.name)}
            onClick={() => saved.remove(view.id)}
          >
            <X size={13} />
          </ActionIcon>
        </Group>
      ))}
      {saved.views && !current && <SaveView onSave={(name) => saved.save({ name, search: state.search })} />}
      <ProblemAlert problem={saved.problem} />
    </Group>
  );
}

function ViewButton({ view, on, state }: { view: View; on: boolean; state: TableState }) {
  return (
    <Button
      size="xs"
      px={10}
      variant={on ? 'light' : 'subtle'}
      color={on ? 'brand' : 'gray'}
      aria-pressed={on}
      onClick={() => state.replaceWith(view.search)}
    >
      {view.name}
    </Button>
  );
}

function SaveView({ onSave }: { onSave: (name: string) => Promise<void> }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [saving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    try {
      await onSave(name.trim());
      setOpen(false);
      setName('');
      setProblem(undefined);
    } catch (refusal) {
      setProblem(refusal);
    }
    setSaving(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} trapFocus position="bottom-start" width={300}>
      <Popover.Target>
        <Button size="xs" variant="subtle" leftSection={<Bookmark size={13} />} onClick={() => setOpen(!open)}>
          {texts.saveView}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={texts.saveView}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== '') void save();
          }}
        >
          <Stack gap="xs" align="flex-start">
            <TextInput
              size="xs"
              w="100%"
              label={texts.viewName}
              description={texts.saveViewHint}
              maxLength={40}
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <ProblemAlert problem={problem} />
            <Button type="submit" size="xs" loading={saving}>
              {texts.saveView}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
