import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { ArrowRightLeft } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const migrationRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/migration',
    validateSearch: tableSearch('step', 'domain', 'template'),
    component: lazyRouteComponent(() => import('./MigrationPage')),
  }),
] as const;

export const migration: Area = {
  nav: [
    { label: nav.migration, to: '/migration', icon: ArrowRightLeft, group: 'lifecycle', needs: ['managed-account:update:all'] },
  ],
};
