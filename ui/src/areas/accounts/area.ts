import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { KeyRound } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const accountRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/accounts',
    validateSearch: tableSearch('status', 'domain', 'template', 'owner', 'mine', 'orphaned', 'ends_before', 'ends_after', 'failed', 'action'),
    component: lazyRouteComponent(() => import('./AccountsPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/accounts/$id',
    component: lazyRouteComponent(() => import('./AccountPage')),
  }),
] as const;

export const accounts: Area = {
  nav: [
    { label: nav.accounts, to: '/accounts', icon: KeyRound, group: 'lifecycle', needs: ['managed-account:read'] },
  ],
};
