import type { Schemas } from '@/api/client';
import { EnabledPill } from '@/components/EnabledPill';
import { Time } from '@/components/Time';
import type { Column } from '@/components/table/columns';
import { discovery } from '@/texts/discovery';
import { RiskPill } from './RiskPill';
import { Signals } from './Signals';

const texts = discovery.columns;

export const columns: Column<Schemas['UnmanagedBody']>[] = [
  { id: 'risk', header: texts.risk, sort: 'risk', cell: (row) => <RiskPill risk={row.risk} /> },
  {
    id: 'name',
    header: texts.name,
    sort: 'name',
    fixed: true,
    cell: (row) => <span data-tip={row.dn}>{row.name}</span>,
  },
  { id: 'signals', header: texts.signals, wrap: true, cell: (row) => <Signals signals={row.signals} /> },
  { id: 'enabled', header: texts.enabled, cell: (row) => <EnabledPill enabled={row.enabled} /> },
  { id: 'description', header: texts.description, wrap: true, cell: (row) => row.description },
  {
    id: 'last-sign-in',
    header: texts.lastSignIn,
    cell: (row) => <Time at={row.last_sign_in} />,
  },
  { id: 'password-set', header: texts.passwordSet, cell: (row) => <Time at={row.password_set} /> },
  { id: 'created', header: texts.created, hidden: true, cell: (row) => row.created && <Time at={row.created} /> },
  { id: 'manager', header: texts.manager, hidden: true, wrap: true, cell: (row) => row.manager },
  { id: 'place', header: texts.place, hidden: true, wrap: true, cell: (row) => row.dn },
  { id: 'found', header: texts.found, hidden: true, cell: (row) => row.found_at && <Time at={row.found_at} show="minute" /> },
];
