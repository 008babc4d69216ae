import { counted, number } from './common';

export const domains = {
  title: 'Domains',
  sub: 'External directories that accounts live in',
  found: (total: number) => counted(total, 'domain'),
  add: 'Add a domain',
  columns: { name: 'Name', kind: 'Kind', base: 'Naming context', status: 'Status' },
  search: 'Search by name',
  noMatch: { title: 'No domain matches', hint: 'Try another part of the name.' },
  empty: { title: 'There is no domain yet', hint: 'Add the directory in which Tenure is to make accounts.' },
  kinds: { 'active-directory': 'Active Directory', sandbox: 'Sandbox' },
  kindHints: {
    'active-directory': 'An engine beside the domain does the work',
    sandbox: 'A directory within Tenure, for trying out',
  },
  name: 'DNS name',
  base: 'Naming context',
  baseHint: 'Such as DC=corp,DC=example,DC=com',
  kind: 'Kind',
  // As the API calls them, where it says what is wrong.
  fields: { name: 'DNS name', base_dn: 'Naming context' } as Record<string, string>,
  addConsequence: 'Templates can make accounts in it as soon as an engine serves it.',
};

export const domain = {
  facts: 'Details',
  accounts: 'Managed accounts',
  showAccounts: (count: number, more: boolean) => `${more ? 'More than ' : ''}${counted(count, 'account')}`,
  templates: 'Templates',
  noTemplates: 'None makes accounts here',
  allTemplates: (count: number) => `All ${counted(count, 'template')}`,
  noEngines: { title: 'No engine serves this domain', hint: 'Orders wait until one does. Enrol one, on a machine beside it.' },
  tree: 'Organisational units',
  treeHint: 'As they were read last. Marked is what the templates of this domain use: where accounts are made, and where they retire.',
  noTree: { title: 'No unit is known yet', hint: 'Units appear here when the domain was read, or when a template names them.' },
  noPast: { title: 'Units have no past', hint: 'A directory is copied, not recorded: what was read last is on this page of now.' },
  madeHere: 'accounts are made here',
  choice: 'to choose from',
  retirement: 'retirement OU',
  disable: 'Disable',
  disableConsequence: (name: string) => `No new requests for ${name}. Accounts that are there live on.`,
  enable: 'Enable',
  enableConsequence: (name: string) => `${name} takes new requests again.`,
  correct: 'Correct the naming context',
  correctConsequence: 'Name and kind stay. Engines look below the new naming context from now on.',
};

export const engines = {
  title: 'Engines',
  sub: 'Agents that do the work beside a domain',
  found: (total: number) => counted(total, 'engine'),
  add: 'Enrol an engine',
  columns: {
    name: 'Name',
    domain: 'Domain',
    health: 'Health',
    heard: 'Last sign of life',
    work: 'Orders in work',
    pace: 'Applied within',
    version: 'Version',
    clock: 'Clock',
    status: 'Status',
  },
  search: 'Search by name',
  filters: {
    domain: 'Filter by domain',
    anyDomain: 'Any domain',
    standing: 'Filter by standing',
    anyStanding: 'Any standing',
  },
  noMatch: { title: 'No engine matches', hint: 'Try fewer filters.' },
  empty: { title: 'There is no engine yet', hint: 'An engine runs on your own hardware beside one domain and dials out only.' },
};

export const health = {
  fine: { label: 'Reaches everything', hint: 'Domain and vault are in its reach' },
  impaired: { label: 'Impaired', hint: 'Something is out of its reach' },
  lost: { label: 'Contact lost', hint: 'Nothing was heard of it for a while' },
  silent: { label: 'Not heard yet', hint: 'It gave no sign of life so far' },
  pace: (milliseconds: number) =>
    milliseconds < 1_000 ? `${number(milliseconds)} ms` : `${number(Math.round(milliseconds / 100) / 10)} s`,
  paceHint: '95 of 100 of its last orders were applied within this time',
  noPace: 'No order yet',
  clock: {
    right: 'Right',
    ahead: (amount: string) => `${amount} ahead`,
    behind: (amount: string) => `${amount} behind`,
    hint: 'Measured against the clock of the broker',
  },
};

export const standing = {
  expected: { label: 'Expected', hint: 'It has not enrolled with its token yet' },
  unassigned: { label: 'Unassigned', hint: 'It waits to be assigned to the pool of its domain' },
  assigned: { label: 'Assigned', hint: 'It belongs to the pool of its domain' },
  revoked: { label: 'Revoked', hint: 'It has no access for good' },
};

export const pool = {
  title: 'Pool of engines',
  sub: 'They share the work of the domain: if one is lost, the others go on.',
  waiting: (count: number) =>
    count === 0 ? 'No order waits' : `${counted(count, 'order')} ${count === 1 ? 'waits or is' : 'wait or are'} in work`,
  unknown: 'The broker does not say how much waits',
  alone: 'One engine serves this domain: its work stands still when that one is lost.',
  engine: 'Engine',
};

export const engine = {
  facts: 'Details',
  domain: 'Domain',
  key: 'Public key',
  standing: 'Standing',
  health: 'Health',
  contact: 'Last report',
  lost: 'Contact is lost',
  lostHint: (at: string) => `Its last sign of life was on ${at}. Check that its machine and its agent are running and reach the broker.`,
  toEnrol: 'It has not enrolled yet',
  toEnrolHint: 'Its agent enrols with a token that is good for eight hours.',
  toAssign: 'It has enrolled and waits to be assigned',
  toAssignHint: 'It takes orders of its domain once it belongs to the pool.',
  enrolment: 'Go on with its enrolment',
  assign: 'Assign to the pool',
  assignConsequence: (name: string, served: string) =>
    `${name} takes orders of ${served} from then on. Its key is trusted with them: compare it first.`,
  disable: 'Disable',
  disableConsequence: (name: string) => `${name} is cut off at once, and its reports count no more.`,
  lastOne: (served: string) => `No other engine serves ${served}: its orders wait until one does.`,
  enable: 'Enable',
  enableConsequence: (name: string) => `${name} may work again, and its reports count.`,
  revoke: 'Revoke for good',
  revokeConsequence: (name: string) =>
    `${name} is cut off at once and for good: its keys open nothing ever again, its reports count no more, and its agent ends. To use the machine again, enrol it as a new engine.`,
  revokeToken: 'Revoke the token',
  revokeTokenConsequence: (name: string) => `Nobody can enrol as ${name} until another token is issued.`,
  newToken: 'Issue another token',
  newTokenConsequence: (name: string) => `The token that ${name} was to enrol with is good for nothing from then on.`,
  history: 'History',
  audit: 'What this engine did',
};
