import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { GitCompareArrows } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const driftRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/drift',
    validateSearch: tableSearch('domain', 'field', 'standing'),
    component: lazyRouteComponent(() => import('./DriftPage')),
  }),
] as const;

export const drift: Area = {
  nav: [{ label: nav.drift, to: '/drift', icon: GitCompareArrows, group: 'lifecycle', needs: ['managed-account:read'] }],
};
