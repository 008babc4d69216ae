import { counted } from './common';

export const domains = {
  title: 'Domains',
  sub: 'External directories that accounts live in',
  found: (total: number) => counted(total, 'domain'),
  add: 'Add a domain',
  columns: { name: 'Name', kind: 'Kind', base: 'Naming context', status: 'Status', engines: 'Engines' },
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
  addConsequence: 'Templates can make accounts in it as soon as an engine serves it.',
};

export const domain = {
  facts: 'Details',
  accounts: 'Accounts',
  showAccounts: (count: number, more: boolean) => `${more ? 'More than ' : ''}${counted(count, 'account')}`,
  templates: 'Templates',
  noTemplates: 'None makes accounts here',
  engines: 'Engines',
  noEngines: { title: 'No engine serves this domain', hint: 'Orders wait until one does.' },
  tree: 'OUs that Tenure uses',
  treeHint: 'From the templates of this domain: where accounts are made, and where they retire.',
  noTree: { title: 'No OU is in use yet', hint: 'OUs appear here as soon as a template names them.' },
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
  add: 'Add an engine',
  columns: { name: 'Name', domain: 'Domain', health: 'Health', status: 'Status' },
  search: 'Search by name',
  filters: { domain: 'Filter by domain', anyDomain: 'Any domain' },
  noMatch: { title: 'No engine matches', hint: 'Try fewer filters.' },
  empty: { title: 'There is no engine yet', hint: 'An engine runs on your own hardware beside one domain and dials out only.' },
  name: 'Name',
  domain: 'Domain',
  key: 'Public key',
  keyHint: 'Ed25519, base64: what the engine printed when it was set up',
  addConsequence: 'Reports signed with this key count from now on.',
};

export const health = {
  fine: { label: 'Reaches everything', hint: 'Domain and vault are in its reach' },
  impaired: { label: 'Impaired', hint: 'Something is out of its reach' },
};

export const engine = {
  facts: 'Details',
  domain: 'Domain',
  key: 'Public key',
  health: 'Health',
  contact: 'Last report',
  disable: 'Disable',
  disableConsequence: (name: string) => `Reports of ${name} count no more: what it does in the directory is not believed.`,
  enable: 'Enable',
  enableConsequence: (name: string) => `Reports of ${name} count again.`,
  history: 'History',
  audit: 'What this engine did',
};
