import { createRootRoute, retainSearchParams } from '@tanstack/react-router';
import { NotFound } from './NotFound';
import { Gate } from './Gate';
import { textOf } from './search';

/** All pages are below it; who is not signed in sees the sign-in instead of any of them. */
export const root = createRootRoute({
  component: Gate,
  notFoundComponent: NotFound,
  // Whoever looks at the past goes from page to page in it.
  validateSearch: (given: Record<string, unknown>): { as_of?: string } => {
    const moment = textOf(given['as_of']);
    return moment ? { as_of: moment } : {};
  },
  search: { middlewares: [retainSearchParams(['as_of'])] },
});
