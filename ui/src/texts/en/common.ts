// Words that every page uses. One file an area beside this one; a translation is another folder with the same files.

const numbers = new Intl.NumberFormat('en');

export const number = (value: number): string => numbers.format(value);

/** `counted(3, 'account')` is "3 accounts". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

export const network = {
  unreachable: {
    title: 'The server cannot be reached',
    detail: 'Nothing was lost: what you typed is still here. Try again when the connection is back.',
  },
  slow: {
    title: 'The server did not answer in time',
    detail: 'It may still be doing what was asked. Check whether it was done before you try again.',
  },
  unexpected: {
    title: 'Something between here and Tenure answered instead',
    detail: (status: number) => `A proxy answered with status ${status}. Try again shortly.`,
  },
};

/** Lists as files. */
export const exporting = {
  export: 'Export',
  formats: { csv: 'As a table (CSV)', ndjson: 'As lines of JSON (NDJSON)' },
};

export const common = {
  product: 'Tenure',
  cancel: 'Cancel',
  close: 'Close',
  dismiss: 'Dismiss',
  tryAgain: 'Try again',
  loading: 'Loading…',
  save: 'Save',
  back: 'Back',
  next: 'Next',
  more: 'More',
  copy: 'Copy',
  copied: 'Copied',
  never: 'Never',
  none: 'None',
  nobody: 'Nobody',
  reason: 'Reason',
  reasonHint: 'Kept in the history',
  noPermission: 'You lack the permission',
  nobodyFound: 'Nobody by that name',
  notSearched: 'The search failed: type again to repeat it',
  typeTwoLetters: 'Type two letters of a name',
  group: (name: string) => `${name} (group)`,
};

export const shell = {
  skip: 'Skip to content',
  main: 'Main',
  toggleNavigation: 'Navigation',
  switchScheme: 'Switch dark or light theme',
  inbox: (unread: number) => (unread === 0 ? 'Inbox, nothing unread' : `Inbox, ${number(unread)} unread`),
  account: (name: string) => `${name}, your account`,
  signOut: 'Sign out',
  security: 'Password and second factor',
  sessionsOfMine: 'Sessions',
  apiTokens: 'API tokens',
  version: (version: string) => `Tenure ${version}`,
  times: (zone: string) => `Times in ${zone.replaceAll('_', ' ')}`,
  connection: {
    connecting: { label: 'Connecting', hint: 'Asking the server for live changes' },
    live: { label: 'Live', hint: 'Changes appear as they happen' },
    reconnecting: { label: 'Reconnecting', hint: 'What you see may be out of date' },
  },
  groups: {
    top: '',
    lifecycle: 'Lifecycle',
    policy: 'Policy',
    people: 'People',
    infrastructure: 'Infrastructure',
    assurance: 'Assurance',
  },
  notFound: {
    title: 'Page not found',
    heading: 'Nothing lives at this address',
    hint: 'The link may be old. Use the search (Ctrl K) or the menu.',
  },
  pageFailed: {
    title: 'This page could not be shown',
    reload: 'Reload',
    hint: 'Tenure may have been updated meanwhile: reloading brings the new page.',
  },
  sessionOver: {
    title: 'Your session is over',
    hint: 'Sign in again to go on. What you typed is still here.',
  },
};

export const palette = {
  open: 'Search or run a command',
  label: 'Command palette',
  placeholder: 'Search accounts, pages and actions',
  goTo: 'Go to',
  act: 'Do',
  accounts: 'Accounts',
  tooShort: 'Type at least 3 letters to search accounts',
  nothing: 'Nothing found',
};

export const table = {
  search: 'Search',
  clearSearch: 'Clear search',
  clearAll: 'Clear filters',
  removeFilter: (name: string) => `Remove the filter: ${name}`,
  chooseColumns: 'Choose columns',
  compact: 'Compact rows',
  rowsPerPage: 'Rows per page',
  rows: (count: string) => `${count} rows`,
  selectRow: (name: string) => `Select ${name}`,
  selectPage: 'Select all rows of this page',
  selected: (count: number) => `${number(count)} selected`,
  clearSelection: 'Clear',
  range: (from: number, to: number, total: number, more: boolean) =>
    `${number(from)}–${number(to)} of ${more ? 'more than ' : ''}${number(total)}`,
  pastEnd: { title: 'The list does not go on this far', hint: 'It has become shorter, or the link to this page is an old one.' },
  toFirst: 'To the first page',
  previous: 'Previous page',
  next: 'Next page',
  page: (page: number) => `Page ${number(page)}`,
  views: 'Views',
  saveView: 'Save this view',
  saveViewHint: 'Keeps these filters and this order for you, in every browser',
  viewName: 'Name of the view',
  deleteView: (name: string) => `Delete the view ${name}`,
  region: (name: string) => `${name}: table`,
};

export const progress = {
  steps: {
    accepted: 'Accepted',
    sent: 'Sent to an engine',
    applied: 'Applied in the directory',
    verified: 'Verified',
  },
  done: 'done',
  current: 'in progress',
  underWay: (act: string) => `${act}: in progress`,
  completed: (act: string) => `${act}: done and verified`,
  failed: (act: string) => `${act}: the directory refused`,
  waiting: (act: string) => `${act}: waiting, tried again by itself`,
  slow: 'An engine has not reported yet. The order stays until one does.',
  retry: 'Try again',
  rights: 'What the engines may do, and what grants the rest',
};

export const confirm = {
  typeName: (name: string) => `Type ${name} to confirm`,
  changed: 'This changed meanwhile',
};

export const time = {
  utc: 'UTC',
  lastFullDay: 'Last full day',
  lastUtcDay: 'Last day, in UTC',
  ends: (local: string, utc: string) => `Ends ${local}\n${utc} UTC`,
};

export const actor = {
  hidden: 'An approver',
  engine: 'An engine',
  person: 'A forgotten person',
  system: 'Tenure',
  part: (name: string) => `Tenure (${name})`,
};

export const leave = {
  title: 'Leave without saving?',
  consequence: 'What you typed since the last save is lost.',
  stay: 'Stay',
  leave: 'Leave',
  save: 'Save and leave',
};
