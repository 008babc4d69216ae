import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { LayoutDashboard } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { nav } from '@/texts/nav';

export const dashboardRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('./DashboardPage')),
  }),
] as const;

export const dashboard: Area = {
  nav: [
    { label: nav.dashboard, to: '/', icon: LayoutDashboard, group: 'top' },
  ],
};
