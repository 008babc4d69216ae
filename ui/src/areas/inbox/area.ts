import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { Inbox } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const inboxRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/inbox',
    validateSearch: tableSearch('category', 'unread'),
    component: lazyRouteComponent(() => import('./InboxPage')),
  }),
] as const;

export const inbox: Area = {
  nav: [
    { label: nav.inbox, to: '/inbox', icon: Inbox, group: 'top', count: 'inbox' },
  ],
};
