import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { ClipboardCheck, ClipboardList } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const campaignRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns',
    validateSearch: tableSearch('status'),
    component: lazyRouteComponent(() => import('./CampaignsPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns/new',
    component: lazyRouteComponent(() => import('./NewCampaignPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns/$id',
    validateSearch: tableSearch('standing', 'reviewer'),
    component: lazyRouteComponent(() => import('./CampaignPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/reviews',
    validateSearch: tableSearch('campaign', 'standing'),
    component: lazyRouteComponent(() => import('./ReviewsPage')),
  }),
] as const;

export const campaigns: Area = {
  nav: [
    { label: nav.reviews, to: '/reviews', icon: ClipboardCheck, group: 'lifecycle', needs: ['managed-account:read'], count: 'reviews' },
    { label: nav.campaigns, to: '/campaigns', icon: ClipboardList, group: 'assurance', needs: ['managed-account:read:all'] },
  ],
  actions: [{ label: nav.newCampaign, to: '/campaigns/new', needs: ['managed-account:update:all'] }],
};
