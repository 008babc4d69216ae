import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { Workflow } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const templateRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/templates',
    validateSearch: tableSearch('offered'),
    component: lazyRouteComponent(() => import('../Pending')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates/new',
    component: lazyRouteComponent(() => import('../Pending')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates/$id',
    component: lazyRouteComponent(() => import('../Pending')),
  }),
] as const;

export const templates: Area = {
  nav: [
    { label: nav.templates, to: '/templates', icon: Workflow, group: 'policy', needs: ['provision-template:read'] },
  ],
  actions: [
    { label: nav.newTemplate, to: '/templates/new', needs: ['provision-template:create'] },
  ],
};
