import { ActionIcon, AppShell, Burger, Button, Group, Indicator, Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { spotlight } from '@mantine/spotlight';
import { Link } from '@tanstack/react-router';
import { Bell, Moon, Search, Sun } from 'lucide-react';
import { http } from '@/api/client';
import { useConnection } from '@/api/live';
import { queryClient } from '@/api/queries';
import { useSession } from '@/api/session';
import { common, palette, shell as texts } from '@/texts/common';
import classes from './TopBar.module.css';
import { useCounts } from './useCounts';

export function TopBar({ open, toggle }: { open: boolean; toggle: () => void }) {
  return (
    <AppShell.Header px="md">
      <div className={classes['bar']}>
        <Group gap="sm" wrap="nowrap" className={classes['brand']}>
          <Burger opened={open} onClick={toggle} hiddenFrom="md" size="sm" aria-label={texts.toggleNavigation} />
          <img src="/favicon.svg" width={26} height={26} alt="" />
          <b className="wide">{common.product}</b>
        </Group>
        <SearchButton />
        <Group gap={6} wrap="nowrap">
          <ConnectionState />
          <InboxButton />
          <SchemeButton />
          <AccountMenu />
        </Group>
      </div>
    </AppShell.Header>
  );
}

function SearchButton() {
  const key = useOs() === 'macos' ? '⌘ K' : 'Ctrl K';
  return (
    <UnstyledButton onClick={spotlight.open} aria-label={palette.open} className={classes['search']}>
      <Search size={15} aria-hidden />
      <span className="wide" style={{ flex: 1 }}>
        {palette.open}
      </span>
      <kbd className="wide">{key}</kbd>
    </UnstyledButton>
  );
}

function ConnectionState() {
  const connection = useConnection();
  const { label, hint } = texts.connection[connection];
  const tone = { live: 'good', connecting: 'off', reconnecting: 'bad' }[connection];
  return (
    <span role="status" className={`pill ${connection === 'reconnecting' ? '' : 'wide'}`} data-tip={hint}>
      <i className="dot" style={{ background: `var(--status-${tone})` }} />
      {label}
    </span>
  );
}

function InboxButton() {
  const { inbox } = useCounts();
  return (
    <Indicator label={inbox > 99 ? '99+' : inbox} size={15} offset={5} color="brand" disabled={inbox === 0}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.inbox(inbox)} component={Link} to="/inbox">
        <Bell size={18} />
      </ActionIcon>
    </Indicator>
  );
}

/** As shown: "auto" follows the system. */
export const isDark = () => document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark';

function SchemeButton() {
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && isDark());
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={texts.switchScheme}
      onClick={() => setColorScheme(isDark() ? 'light' : 'dark')}
    >
      {dark ? <Sun size={18} /> : <Moon size={18} />}
    </ActionIcon>
  );
}

async function signOut(): Promise<void> {
  await http.DELETE('/api/v1/sessions/current');
  queryClient.clear();
  location.assign('/');
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0] ?? '').join('');
}

function AccountMenu() {
  const name = useSession()?.display_name ?? '';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" radius="xl" px={10} aria-label={texts.account(name)}>
          {initials(name)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item component={Link} to="/settings">
          {texts.security}
        </Menu.Item>
        <Menu.Item component={Link} to="/api-tokens">
          {texts.apiTokens}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{texts.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
