import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { User, UserCog, Users } from 'lucide-react';
import type { Area } from '@/app/area';
import { root } from '@/app/root';
import { tableSearch } from '@/app/search';
import { nav } from '@/texts/nav';

export const peopleRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/users',
    validateSearch: tableSearch('enabled'),
    component: lazyRouteComponent(() => import('./UsersPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/users/$id',
    component: lazyRouteComponent(() => import('./UserPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/groups',
    validateSearch: tableSearch('enabled'),
    component: lazyRouteComponent(() => import('./GroupsPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/groups/$id',
    component: lazyRouteComponent(() => import('./GroupPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/roles',
    validateSearch: tableSearch('enabled'),
    component: lazyRouteComponent(() => import('./RolesPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/roles/new',
    component: lazyRouteComponent(() => import('./NewRolePage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/roles/$id',
    component: lazyRouteComponent(() => import('./RolePage')),
  }),
] as const;

export const people: Area = {
  nav: [
    { label: nav.users, to: '/users', icon: User, group: 'people', needs: ['user:read:all'] },
    { label: nav.groups, to: '/groups', icon: Users, group: 'people', needs: ['group:read'] },
    { label: nav.roles, to: '/roles', icon: UserCog, group: 'people', needs: ['role:read'] },
  ],
};
