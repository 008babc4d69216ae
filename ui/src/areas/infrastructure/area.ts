import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { Globe, Server } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch, textOf } from '@/app/search';
import { nav } from '@/texts/nav';

export const infrastructureRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/domains',
    validateSearch: tableSearch('enabled'),
    component: lazyRouteComponent(() => import('./DomainsPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/domains/$id',
    component: lazyRouteComponent(() => import('./DomainPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/domains/$id/synchronisation',
    component: lazyRouteComponent(() => import('./synchronisation/SynchronisationPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/domains/$id/people',
    component: lazyRouteComponent(() => import('./people/PeoplePage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/engines',
    validateSearch: tableSearch('domain', 'enabled', 'standing'),
    component: lazyRouteComponent(() => import('./EnginesPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/engines/new',
    validateSearch: (given: Record<string, unknown>): { engine?: string | undefined; domain?: string | undefined } => ({
      engine: textOf(given['engine']),
      domain: textOf(given['domain']),
    }),
    component: lazyRouteComponent(() => import('./enrolment/EnrolmentPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/engines/$id',
    component: lazyRouteComponent(() => import('./EnginePage')),
  }),
] as const;

export const infrastructure: Area = {
  nav: [
    { label: nav.domains, to: '/domains', icon: Globe, group: 'infrastructure', needs: ['directory-service:read'] },
    { label: nav.engines, to: '/engines', icon: Server, group: 'infrastructure', needs: ['engine:read'] },
  ],
  actions: [{ label: nav.enrolEngine, to: '/engines/new', needs: ['engine:create'] }],
};
