import { createRouter } from '@tanstack/react-router';
import { accountRoutes } from '@/areas/accounts/area';
import { approvalRoutes } from '@/areas/approvals/area';
import { auditRoutes } from '@/areas/audit/area';
import { campaignRoutes } from '@/areas/campaigns/area';
import { dashboardRoutes } from '@/areas/dashboard/area';
import { discoveryRoutes } from '@/areas/discovery/area';
import { driftRoutes } from '@/areas/drift/area';
import { inboxRoutes } from '@/areas/inbox/area';
import { infrastructureRoutes } from '@/areas/infrastructure/area';
import { migrationRoutes } from '@/areas/migration/area';
import { peopleRoutes } from '@/areas/people/area';
import { requestRoutes } from '@/areas/requests/area';
import { settingsRoutes } from '@/areas/settings/area';
import { templateRoutes } from '@/areas/templates/area';
import { PageFailed } from './PageFailed';
import { root } from './root';
import { parseSearch, stringifySearch } from './search';

const routeTree = root.addChildren([
  ...dashboardRoutes,
  ...inboxRoutes,
  ...requestRoutes,
  ...approvalRoutes,
  ...accountRoutes,
  ...migrationRoutes,
  ...discoveryRoutes,
  ...driftRoutes,
  ...campaignRoutes,
  ...templateRoutes,
  ...peopleRoutes,
  ...infrastructureRoutes,
  ...auditRoutes,
  ...settingsRoutes,
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPreloadDelay: 60,
  scrollRestoration: true,
  defaultErrorComponent: PageFailed,
  parseSearch,
  stringifySearch,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
