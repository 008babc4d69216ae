import { AppShell, Badge, NavLink, ScrollArea } from '@mantine/core';
import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api } from '@/api/client';
import { useHas } from '@/api/session';
import { number, shell as texts } from '@/texts/common';
import type { NavItem } from './area';
import { areas } from './areas';
import { zone } from './time';
import { useCounts } from './useCounts';

const GROUPS: NavItem['group'][] = ['top', 'lifecycle', 'policy', 'people', 'infrastructure', 'assurance'];
const ITEMS = areas.flatMap((area) => area.nav);

/** The pages that the person may open. */
export function useNavItems(): NavItem[] {
  const can = useHas();
  return ITEMS.filter(({ needs }) => !needs || needs.some(can));
}

export function Navigation() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const counts = useCounts();
  const items = useNavItems();
  const here = hereOf(items, path);
  const system = api.useQuery('get', '/api/v1/system', {});
  const list = useRef<HTMLDivElement>(null);
  // In a low window the line of the page may be out of sight.
  useEffect(() => {
    const current = list.current?.querySelector('[aria-current]');
    if (!list.current || !current) return;
    const [seen, line] = [list.current.getBoundingClientRect(), current.getBoundingClientRect()];
    list.current.scrollTop += Math.max(0, line.bottom - seen.bottom) - Math.max(0, seen.top - line.top);
  }, [here]);
  return (
    <AppShell.Navbar p="xs" aria-label={texts.main}>
      <AppShell.Section grow component={ScrollArea} viewportRef={list}>
        {GROUPS.map((group) => {
          const own = items.filter((item) => item.group === group);
          if (own.length === 0) return null;
          return (
            <div key={group} style={{ marginBottom: 6 }}>
              {texts.groups[group] && (
                <div className="muted" style={{ fontSize: '0.75rem', fontWeight: 600, padding: '3px 10px' }}>
                  {texts.groups[group]}
                </div>
              )}
              {own.map((item) => (
                <Item key={item.to} item={item} here={item === here} count={item.count ? counts[item.count] : 0} />
              ))}
            </div>
          );
        })}
      </AppShell.Section>
      <AppShell.Section px={10} py={6}>
        <div className="muted" style={{ fontSize: '0.75rem' }}>
          {texts.times(zone)}
          <br />
          {system.data && `${texts.version(system.data.version)} · ${system.data.profile}`}
        </div>
      </AppShell.Section>
    </AppShell.Navbar>
  );
}

/** The line of the page: where one page lies below another, the nearest. */
function hereOf(items: NavItem[], path: string): NavItem | undefined {
  const holds = ({ to }: NavItem) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`));
  return items.filter(holds).toSorted((a, b) => b.to.length - a.to.length)[0];
}

function Item({ item, here, count }: { item: NavItem; here: boolean; count: number }) {
  const { to, label, icon: Icon } = item;
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      active={here}
      aria-current={here ? 'page' : undefined}
      // The router would mark a page above it, too.
      activeOptions={{ exact: true, includeSearch: false }}
      leftSection={<Icon size={17} aria-hidden />}
      rightSection={
        count > 0 ? (
          <Badge size="sm" variant="filled">
            {number(count)}
          </Badge>
        ) : undefined
      }
      styles={{ root: { borderRadius: 8, paddingBlock: 3 }, body: { lineHeight: 1.5 } }}
    />
  );
}
