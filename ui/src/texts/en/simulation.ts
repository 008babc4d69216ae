import { counted, number } from './common';

export const simulation = {
  title: 'What would change',
  start: 'Simulate',
  again: 'Simulate again',
  template: {
    hint: 'Live accounts as if they were migrated to this version, and past requests as if they were asked, and approved by the same people, once more. Nothing is written and nobody is told. Accounts keep their own version until somebody migrates them.',
    accounts: 'Live accounts',
    requests: 'Past requests',
    looking: (accounts: number, requests: number) =>
      `Looking: ${counted(accounts, 'account')}, ${counted(requests, 'request')} so far`,
    done: (accounts: number, requests: number) =>
      `${counted(accounts, 'account')} and ${counted(requests, 'request')} looked at`,
    affected: (affected: number, all: number) => `${number(affected)} of ${number(all)} would fare otherwise`,
    nothing: { title: 'Nothing would change', hint: 'None of them would fare otherwise.' },
    none: { title: 'There are none', hint: 'Nothing was ever asked for by this template.' },
    staying: (count: number) => `${number(count)} would stay as they are: not active, or asked to be renewed.`,
    hidden: 'You may not see them one by one.',
    more: (shown: number, all: number) => `The first ${number(shown)} of ${number(all)}.`,
  },
  effects: {
    refused: { label: 'Refused', hint: 'It would not be accepted' },
    'ends-at-once': { label: 'Ends at once', hint: 'Its end would be over already' },
    'ends-earlier': { label: 'Ends earlier', hint: 'By another period' },
    'ends-later': { label: 'Ends later', hint: 'By another period' },
    'loses-owners': { label: 'Loses owners', hint: 'Owners who could not be chosen any more' },
    'needs-another-approver': { label: 'Needs another approver', hint: 'Those who approved would not be enough' },
    'other-action': { label: 'Other action at the end', hint: 'Something else would happen at its end' },
    'other-renewal': { label: 'Other renewal', hint: 'Renewal would open at another time, or never' },
  } as Record<string, { label: string; hint: string }>,
  columns: { name: 'Name', effects: 'What', before: 'Before', after: 'After', person: 'Who', permission: 'Permission', step: 'Step' },
  terms: {
    ends: 'Ends',
    period: 'Period',
    renewal: 'Renewal opens',
    action: 'At the end',
    owners: 'Owners',
    steps: 'Approval',
    never: 'never',
    nobody: 'nobody has to',
    lost: (names: string) => `No owner any more: ${names}`,
    waits: (step: string) => `Waits at: ${step}`,
    refused: 'Would be refused',
  },
  role: {
    hint: 'Who would lose or gain which permission, beside what their other roles give, and which open approvals nobody could give. Nothing is written and nobody is told.',
    looking: (people: number, approvals: number) =>
      `Looking: ${counted(people, 'person', 'people')}, ${counted(approvals, 'open approval')} so far`,
    people: 'People who hold it',
    done: (people: number) => `${counted(people, 'person holds', 'people hold')} it`,
    losing: (count: number) => `${number(count)} would lose a permission`,
    gaining: (count: number) => `${number(count)} would gain one`,
    nobody: { title: 'Nobody’s permissions would change', hint: 'Nobody holds the role, or other roles give the same.' },
    permission: (losing: number, gaining: number) =>
      [losing > 0 ? `${number(losing)} lose` : '', gaining > 0 ? `${number(gaining)} gain` : ''].filter(Boolean).join(', '),
    approvals: 'Open approvals',
    without: (count: number) => `${counted(count, 'request')} could be approved by nobody`,
    all: { title: 'Every open approval could still be given', hint: 'By at least one of its approvers.' },
    reaches: { none: 'no', own: 'their own', all: 'everybody’s' } as Record<string, string>,
  },
};
