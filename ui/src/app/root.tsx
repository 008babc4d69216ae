import { createRootRoute } from '@tanstack/react-router';
import { NotFound } from './NotFound';
import { Gate } from './Gate';

/** All pages are below it; who is not signed in sees the sign-in instead of any of them. */
export const root = createRootRoute({ component: Gate, notFoundComponent: NotFound });
