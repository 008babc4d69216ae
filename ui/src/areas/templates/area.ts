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
    validateSearch: tableSearch('status', 'domain'),
    component: lazyRouteComponent(() => import('./TemplatesPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates/new',
    component: lazyRouteComponent(() => import('./NewTemplatePage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates/$id',
    validateSearch: tableSearch('version', 'from', 'to'),
    component: lazyRouteComponent(() => import('./TemplatePage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates/$id/edit/$step',
    component: lazyRouteComponent(() => import('./WizardPage')),
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
