import { accounts } from '@/areas/accounts/area';
import { approvals } from '@/areas/approvals/area';
import { audit } from '@/areas/audit/area';
import { campaigns } from '@/areas/campaigns/area';
import { dashboard } from '@/areas/dashboard/area';
import { discovery } from '@/areas/discovery/area';
import { drift } from '@/areas/drift/area';
import { inbox } from '@/areas/inbox/area';
import { infrastructure } from '@/areas/infrastructure/area';
import { migration } from '@/areas/migration/area';
import { people } from '@/areas/people/area';
import { requests } from '@/areas/requests/area';
import { settings } from '@/areas/settings/area';
import { templates } from '@/areas/templates/area';
import type { Area } from './area';

/** All areas, in the order of the navigation. */
export const areas: Area[] = [
  dashboard,
  inbox,
  requests,
  approvals,
  accounts,
  migration,
  discovery,
  drift,
  campaigns,
  templates,
  people,
  infrastructure,
  audit,
  settings,
];
