import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { Radar } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch, textOf } from '@/app/search';
import { nav } from '@/texts/nav';

const listSearch = tableSearch('domain', 'risk', 'signal', 'below');

export const discoveryRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/unmanaged',
    validateSearch: (given: Record<string, unknown>): { domain?: string | undefined } => ({ domain: textOf(given['domain']) }),
    component: lazyRouteComponent(() => import('./report/ReportPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/unmanaged/accounts',
    validateSearch: (given: Record<string, unknown>) => {
      const search = listSearch(given);
      // Risks have one order: the worst first.
      return search.sort?.endsWith('risk') ? { ...search, sort: undefined } : search;
    },
    component: lazyRouteComponent(() => import('./UnmanagedPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/unmanaged/import',
    validateSearch: (given: Record<string, unknown>): { step?: string | undefined } => ({ step: textOf(given['step']) }),
    component: lazyRouteComponent(() => import('./import/ImportPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/unmanaged/removals',
    validateSearch: tableSearch('domain'),
    component: lazyRouteComponent(() => import('./removal/RemovalsPage')),
  }),
] as const;

export const discovery: Area = {
  nav: [{ label: nav.discovery, to: '/unmanaged', icon: Radar, group: 'lifecycle', needs: ['directory-service:read'] }],
};
