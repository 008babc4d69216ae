import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { Scale, ShieldCheck } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const auditRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/audit',
    validateSearch: tableSearch('user', 'engine', 'kind', 'object', 'type', 'correlation', 'from', 'to', 'after', 'up_to'),
    component: lazyRouteComponent(() => import('./AuditPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/audit/segregation',
    validateSearch: tableSearch('approver', 'requester', 'position'),
    component: lazyRouteComponent(() => import('./segregation/SegregationPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/audit/$position',
    component: lazyRouteComponent(() => import('./EventPage')),
  }),
] as const;

export const audit: Area = {
  nav: [
    { label: nav.audit, to: '/audit', icon: ShieldCheck, group: 'assurance', needs: ['audit:read'] },
    { label: nav.segregation, to: '/audit/segregation', icon: Scale, group: 'assurance', needs: ['audit:read'] },
  ],
};
