import { counted, number } from './common';

export const accounts = {
  title: 'Managed accounts',
  one: 'Managed account',
  found: (total: number, more: boolean, filtered: boolean) => {
    const many = `${more ? 'More than ' : ''}${filtered ? `${number(total)} match` : counted(total, 'account')}`;
    return many;
  },
  search: 'Search by name',
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
    owner: 'Of one owner',
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

const directoryFollows = 'The directory follows; each account shows when it has confirmed.';

/** One act on many accounts. */
export const many = {
  open: 'Do with all selected',
  selectAll: (total: number, more: boolean) => `Select all ${more ? 'more than ' : ''}${number(total)} matching`,
  asking: 'Asking for which it is possible …',
  nothing: 'None of them allows it',
  progress: (done: number, all: number) => `${number(done)} of ${number(all)} …`,
  would: (possible: number, refused: number) =>
    `${possible === 0 ? 'None' : number(possible)} of ${counted(possible + refused, 'account')} ${possible > 1 ? 'allow' : 'allows'} it${refused > 0 ? '. Why not:' : '.'}`,
  whyNot: 'Why not',
  because: (count: number, reason: string) => `${number(count)}: ${reason}`,
  refused: (count: number) => `${number(count)} refused meanwhile:`,
  ownersHint: 'All others are given up',
  acts: {
    renew: {
      label: 'Renew',
      title: 'Renew accounts',
      consequence: 'Each stays in use for another of its periods. Passwords are not changed.',
      act: (count: number) => `Renew ${counted(count, 'account')}`,
      done: (count: number) => `${counted(count, 'account')} renewed`,
    },
    'decline-renewal': {
      label: 'Decline renewal',
      title: 'Decline renewal of accounts',
      consequence: 'Nobody is reminded of them any more, and they come to their ends.',
      act: (count: number) => `Decline renewal of ${counted(count, 'account')}`,
      done: (count: number) => `Renewal of ${counted(count, 'account')} declined`,
    },
    disable: {
      label: 'Disable',
      title: 'Disable accounts',
      consequence: 'Whatever uses them stops working at its next logon. They can be enabled again.',
      act: (count: number) => `Disable ${counted(count, 'account')}`,
      done: (count: number) => `${counted(count, 'account')} to be disabled`,
    },
    enable: {
      label: 'Enable',
      title: 'Enable accounts',
      consequence: 'They can log on again. Their ends stay where they are.',
      act: (count: number) => `Enable ${counted(count, 'account')}`,
      done: (count: number) => `${counted(count, 'account')} to be enabled`,
    },
    'change-owners': {
      label: 'Change owners',
      title: 'Change owners of accounts',
      consequence: 'They answer for all of them from now on: they are asked to renew them and may disable them.',
      act: (count: number) => `Change owners of ${counted(count, 'account')}`,
      done: (count: number) => `${counted(count, 'account')} changed hands`,
    },
    'end-now': {
      label: 'End now',
      title: 'End accounts now',
      consequence:
        'Their ends become today, and what their templates say of the end happens at once: a review, or they are disabled, expire or are deleted.',
      act: (count: number) => `End ${counted(count, 'account')}`,
      done: (count: number) => `${counted(count, 'account')} ended`,
    },
  },
  follows: {
    renew: directoryFollows,
    'decline-renewal': '',
    disable: directoryFollows,
    enable: directoryFollows,
    'change-owners': '',
    'end-now': directoryFollows,
  },
};

export const statuses = {
  provisioning: { label: 'Provisioning', hint: 'The directory has not confirmed it yet' },
  active: { label: 'Active', hint: 'In use, within its lifetime' },
  disabled: { label: 'Disabled', hint: 'May not log on; can be enabled or renewed' },
  expired: { label: 'Expired', hint: 'The directory refuses logons since its end' },
  renewing: { label: 'Renewing', hint: 'Expired, and a renewal waits for approval' },
  deleted: { label: 'Deleted', hint: 'Marked deleted, or gone' },
  released: { label: 'Released', hint: 'Found useless and kept, or its import was taken back: nobody manages it any more' },
};

export const actions = {
  review: { label: 'Review', hint: 'Nothing happens to the account; a review is asked for' },
  disable: { label: 'Disable', hint: 'It is disabled, and moved to the retirement OU if there is one' },
  expire: { label: 'Expire', hint: 'The directory itself refuses logons from that instant' },
  delete: { label: 'Delete', hint: 'It is disabled and marked deleted; the object stays until purged' },
};
