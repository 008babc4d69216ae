import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { KeyRound, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useMantineColorScheme } from '@mantine/core';
import { api } from '@/api/client';
import { useHas } from '@/api/session';
import { palette as texts, shell } from '@/texts/common';
import { areas } from './areas';
import { useNavItems } from './Navigation';
import { isDark } from './TopBar';

const SHORTEST = 3;
const PAUSE = 180;
const ACTIONS = areas.flatMap((area) => area.actions ?? []);

/** Ctrl-K: accounts, pages, actions. */
export function Palette() {
  const [query, setQuery] = useState('');
  const groups = usePaletteGroups(query.trim());
  const box = useRef<HTMLInputElement>(null);
  const found = groups.at(-1);
  // The first row is chosen when the query changes, but accounts come later.
  useEffect(() => {
    const open = document.querySelector('.mantine-Spotlight-content');
    if (!open || document.querySelector('.mantine-Spotlight-action[data-selected]')) return;
    const down = new KeyboardEvent('keydown', { code: 'ArrowDown', bubbles: true });
    requestAnimationFrame(() => box.current?.dispatchEvent(down));
  }, [found]);
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K', '/']}
      nothingFound={query.trim().length < SHORTEST ? texts.tooShort : texts.nothing}
      highlightQuery
      limit={14}
      scrollable
      maxHeight={420}
      attributes={{ content: { 'aria-label': texts.label } }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.45 }}
      searchProps={{
        ref: box,
        leftSection: <Search size={18} />,
        placeholder: texts.placeholder,
        'aria-label': texts.placeholder,
      }}
    />
  );
}

function usePaletteGroups(query: string): SpotlightActionGroupData[] {
  const navigate = useNavigate();
  const can = useHas();
  const pages = useNavItems();
  const { setColorScheme } = useMantineColorScheme();
  const accounts = useFoundAccounts(query);
  const go = (to: string) => () => void navigate({ to });
  const actions: SpotlightActionData[] = ACTIONS.filter(({ needs }) => !needs || needs.some(can)).map((action) => ({
    id: `do ${action.label}`,
    label: action.label,
    onClick: go(action.to),
  }));
  actions.push({
    id: 'scheme',
    label: shell.switchScheme,
    onClick: () => setColorScheme(isDark() ? 'light' : 'dark'),
  });
  const groups: SpotlightActionGroupData[] = [
    {
      group: texts.goTo,
      actions: pages.map(({ label, to, icon: Icon }) => ({
        id: to,
        label,
        leftSection: <Icon size={18} />,
        onClick: go(to),
      })),
    },
    { group: texts.act, actions },
  ];
  if (accounts.length > 0) groups.push({ group: texts.accounts, actions: accounts });
  return groups;
}

function useFoundAccounts(query: string): SpotlightActionData[] {
  const navigate = useNavigate();
  const can = useHas();
  const [search] = useDebouncedValue(query, PAUSE);
  const enabled = search.length >= SHORTEST && can('managed-account:read');
  const { data } = api.useQuery(
    'get',
    '/api/v1/accounts',
    { params: { query: { search, limit: 6 } } },
    { enabled, placeholderData: keepPreviousData },
  );
  if (!enabled || !data) return [];
  return data.items.map((account) => ({
    id: account.id,
    label: account.name,
    description: `${account.domain.name} · ${account.template.name}`,
    keywords: [query],
    leftSection: <KeyRound size={18} />,
    onClick: () => void navigate({ to: '/accounts/$id', params: { id: account.id } }),
  }));
}
