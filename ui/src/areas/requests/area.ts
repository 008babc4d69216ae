import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { FileSearch } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch, textOf } from '@/app/search';
import { nav } from '@/texts/nav';

export const requestRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/requests',
    validateSearch: tableSearch('status', 'mine', 'template', 'account', 'requester'),
    component: lazyRouteComponent(() => import('./RequestsPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/requests/new',
    validateSearch: (given: Record<string, unknown>): { template?: string } => {
      const template = textOf(given['template']);
      return template ? { template } : {};
    },
    component: lazyRouteComponent(() => import('./NewRequestPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/requests/$id',
    component: lazyRouteComponent(() => import('./RequestPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/requests/$id/edit/$step',
    component: lazyRouteComponent(() => import('./wizard/WizardPage')),
  }),
] as const;

export const requests: Area = {
  nav: [
    { label: nav.requests, to: '/requests', icon: FileSearch, group: 'lifecycle', needs: ['provision-request:read', 'provision-approval:read'] },
  ],
  actions: [
    { label: nav.newRequest, to: '/requests/new', needs: ['provision-request:create'] },
  ],
};
