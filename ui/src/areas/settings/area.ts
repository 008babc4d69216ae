import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { KeySquare, Settings } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const settingsRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/settings',
    component: lazyRouteComponent(() => import('./SettingsPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/api-tokens',
    validateSearch: tableSearch('enabled'),
    component: lazyRouteComponent(() => import('./TokensPage')),
  }),
] as const;

export const settings: Area = {
  nav: [
    { label: nav.settings, to: '/settings', icon: Settings, group: 'assurance' },
    { label: nav.apiTokens, to: '/api-tokens', icon: KeySquare, group: 'assurance', needs: ['api-token:read'] },
  ],
};
