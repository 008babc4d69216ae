import { counted, number } from './common';

export const accounts = {
  title: 'Managed accounts',
  one: 'Managed account',
  found: (total: number, more: boolean, filtered: boolean) => {
    const many = `${more ? 'More than ' : ''}${filtered ? `${number(total)} match` : counted(total, 'account')}`;
    return many;
  },
  search: 'Search by name',
  exportCsv: 'Export CSV',
  newRequest: 'New request',
  columns: {
    name: 'Name',
    status: 'Status',
    end: 'Last full day',
    action: 'At the end',
    owners: 'Owners',
    template: 'Template',
    domain: 'Domain',
    enabled: 'Enabled',
  },
  views: {
    all: 'All',
    mine: 'Mine',
    endingSoon: 'Ending soon',
    disabled: 'Disabled',
    failed: 'Failed',
    orphaned: 'Without owner',
  },
  filters: {
    status: 'Filter by status',
    anyStatus: 'Any status',
    domain: 'Filter by domain',
    anyDomain: 'Any domain',
    template: 'Filter by template',
    anyTemplate: 'Any template',
    action: (action: string) => `At the end: ${action}`,
    endsBefore: (day: string) => `Ends before ${day}`,
    endsAfter: (day: string) => `Ends on or after ${day}`,
  },
  noMatch: { title: 'No account matches', hint: 'Try fewer filters, or the first letters of a word of the name.' },
  empty: {
    title: 'There are no managed accounts yet',
    hint: 'An account appears here once a request for it is approved.',
  },
  noOwner: 'No active owner',
  moreOwners: (count: number) => `and ${count} more`,
  failedHint: 'The directory refused the last change',
};

export const statuses = {
  provisioning: { label: 'Provisioning', hint: 'The directory has not confirmed it yet' },
  active: { label: 'Active', hint: 'In use, within its lifetime' },
  disabled: { label: 'Disabled', hint: 'May not log on; can be enabled or renewed' },
  expired: { label: 'Expired', hint: 'The directory refuses logons since its end' },
  renewing: { label: 'Renewing', hint: 'Expired, and a renewal waits for approval' },
  deleted: { label: 'Deleted', hint: 'Marked deleted, or gone' },
};

export const actions = {
  review: { label: 'Review', hint: 'Nothing happens to the account; a review is asked for' },
  disable: { label: 'Disable', hint: 'It is disabled, and moved to the retirement OU if there is one' },
  expire: { label: 'Expire', hint: 'The directory itself refuses logons from that instant' },
  delete: { label: 'Delete', hint: 'It is disabled and marked deleted; the object stays until purged' },
};
