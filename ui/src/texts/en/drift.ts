import { counted, number } from './common';

/** What can differ, as people call it. */
const fields = {
  existence: 'Existence',
  mark: "Tenure's mark",
  name: 'Name',
  enabled: 'May sign in',
  expiry: 'Expires',
  ou: 'Place',
  description: 'Description',
  group: 'Group',
  attribute: 'Attribute',
  principals: 'Who may retrieve the password',
  'encryption-types': 'Encryption types',
};

export const drift = {
  title: 'Drift',
  sub: 'Where directories differ from what was ordered for managed accounts, as of their last reading',
  found: (total: number, more: boolean) => `${more ? 'more than ' : ''}${counted(total, 'account')} ${total === 1 && !more ? 'differs' : 'differ'}`,
  noMatch: { title: 'No difference matches', hint: 'Try fewer filters.' },
  empty: {
    title: 'Directories say what was ordered',
    hint: "Whatever somebody changes of a managed account behind Tenure's back appears here when its domain is read next.",
  },
  search: 'Search by account',
  filters: {
    standing: 'Filter by what happens',
    anyStanding: 'Whatever happens',
    field: 'Filter by what differs',
    anyField: 'Anything differs',
    domain: 'Filter by domain',
    anyDomain: 'Any domain',
  },
  columns: {
    account: 'Account',
    domain: 'Domain',
    standing: 'What happens',
    differences: 'What differs',
    since: 'Since',
  },
  fields,
  fieldOf: (field: string, of: string | null | undefined) => {
    const label = fields[field as keyof typeof fields] ?? field;
    return of ? `${label} ${of}` : label;
  },
  since: 'since',
  ordered: 'Ordered',
  is: 'Found',
  nothing: 'nothing',
  notRepairable: 'No order brings this back: somebody has to look at it in the directory',
  notCompared: (what: string) => `Not compared: ${what}`,
  standings: {
    held: { label: 'Waits for a decision', hint: 'Its template has it repaired, but too many accounts were to be at once' },
    failed: { label: 'Repair refused', hint: 'The directory refused the order that was to repair it' },
    repairing: { label: 'Being repaired', hint: 'An order with all that is wanted is on its way' },
    reported: { label: 'Reported only', hint: 'Its template does not repair this, or no order can' },
  },
  held: {
    title: (domain: string) => `Somebody has to decide: ${domain}`,
    text: (accounts: number, allowed: number, managed: number) =>
      `${counted(accounts, 'account')} were to be repaired at once, of ${number(managed)} that are managed: more than the ${number(allowed)} that may be. Until somebody decides, nothing is repaired by itself in this domain.`,
    show: 'Show them',
    repair: 'Repair them',
    repairConsequence: (domain: string) =>
      `All accounts of ${domain} that wait are ordered anew as they are wanted, with everything that differs of them.`,
    leave: 'Leave them',
    leaveConsequence: (domain: string) =>
      `The accounts of ${domain} that wait stay as they are, and are only reported. What differs from now on is repaired again.`,
  },
  repair: {
    act: (count: number) => `Repair ${counted(count, 'account')}`,
    one: 'Repair',
    title: 'Repair accounts',
    consequence: (count: number) =>
      `${count === 1 ? 'The account is' : `${number(count)} accounts are`} ordered anew with all that is wanted: whatever somebody changed in the directory is overwritten.`,
    done: (count: number) => `${counted(count, 'account')} ${count === 1 ? 'is' : 'are'} being repaired`,
    follows: 'Each leaves the list when the directory has confirmed it. What it refuses stays; the page of the account says why.',
    refused: (count: number) => `${counted(count, 'account')} ${count === 1 ? 'is' : 'are'} not:`,
    progress: (done: number, all: number) => `${number(done)} of ${number(all)} done`,
    gone: 'No order can repair what differs of this account',
    underWay: 'It is being repaired',
  },
  account: {
    title: 'The directory says otherwise',
    hint: "Somebody changed this account behind Tenure's back.",
    all: 'All drift',
  },
  domain: {
    term: 'Drift',
    count: (total: number, more: boolean) => `${more ? 'more than ' : ''}${counted(total, 'account')} ${total === 1 && !more ? 'differs' : 'differ'}`,
    none: 'None: all are as ordered',
    unread: 'Not known: the directory was not read yet',
  },
  template: {
    hint: 'What differs in these is ordered anew, with whatever else differs of the account. None: everything is only reported.',
    none: 'Nothing: only reported',
  },
  limits: {
    label: 'Repaired at once',
    most: (accounts: number, share: number) => `at most ${counted(accounts, 'account')} and ${share} %; beyond, somebody decides`,
    accounts: 'Most accounts repaired at once',
    perCent: 'Largest share repaired at once, in per cent',
    hint: 'One account may always be. If more were to be, none is until somebody decides.',
  },
};
