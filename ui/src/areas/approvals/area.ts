import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { CircleCheckBig } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const approvalRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/approvals',
    validateSearch: tableSearch('template'),
    component: lazyRouteComponent(() => import('./ApprovalsPage')),
  }),
] as const;

export const approvals: Area = {
  nav: [
    { label: nav.approvals, to: '/approvals', icon: CircleCheckBig, group: 'lifecycle', needs: ['provision-approval:read'], count: 'approvals' },
  ],
};
