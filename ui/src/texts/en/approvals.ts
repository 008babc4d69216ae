import { counted, number } from './common';

export const approvals = {
  title: 'Approvals',
  found: (total: number, more: boolean, filtered: boolean) =>
    filtered ? `${more ? 'More than ' : ''}${number(total)} match` : total === 0 ? 'Nothing waits for you' : `${more ? 'More than ' : ''}${counted(total, 'request')} ${total === 1 ? 'waits' : 'wait'} for you`,
  columns: {
    name: 'Account',
    justification: 'Why',
    kind: 'Asks for',
    requester: 'Requester',
    template: 'Template',
    step: 'Step',
    since: 'Waits since',
    decide: 'Decide',
  },
  noWhy: 'No justification',
  escalated: 'Time is over',
  escalatedHint: 'Its fallback approvers may decide as well',
  approve: 'Approve',
  deny: 'Deny',
  approveOne: (name: string) => `Approve ${name}`,
  denyOne: (name: string) => `Deny ${name}`,
  selectAll: (total: number) => `Select all ${number(total)}`,
  empty: { title: 'Nothing waits for you', hint: 'You are told in the inbox and by e-mail when a request needs your approval.' },
  noMatch: { title: 'No request matches', hint: 'Try fewer filters, or the first letters of a word of the name.' },
  dialog: {
    approve: (count: number) => `Approve ${counted(count, 'request')}`,
    reject: (count: number) => `Deny ${counted(count, 'request')}`,
    approveConsequence: 'Where this was the last step, the directory follows by itself.',
    rejectConsequence: 'Nothing is provisioned. The requesters read your reason, and may ask anew.',
    preview: 'What you decide on',
    comment: 'Comment',
    commentHint: 'Kept in the history; may be left out',
    by: (requester: string, template: string) => `${requester}, ${template}`,
  },
  results: {
    approved: (count: number) => `${counted(count, 'request')} approved`,
    rejected: (count: number) => `${counted(count, 'request')} denied`,
    refused: (count: number) => `${number(count)} refused:`,
  },
};

export const deputies = {
  title: 'Deputies',
  none: 'Nobody decides in your name.',
  mine: (name: string) => `${name} decides in your name`,
  for: (name: string) => `You decide in the name of ${name}`,
  period: 'from',
  until: 'until',
  active: 'now',
  later: 'not now',
  name: 'Name a deputy',
  another: 'Name another',
  end: 'End it',
  nameConsequence: 'During the period, your deputy approves and denies in your name as well, and answers in campaigns. Whoever was your deputy before is so no longer.',
  endDialog: {
    title: 'End the deputyship',
    consequence: (name: string) => `${name} decides in your name no more.`,
    act: 'End it',
  },
};

export const deputyDialog = {
  title: 'Name a deputy',
  who: 'Deputy',
  whoHint: 'Somebody who may approve',
  from: 'First day',
  fromHint: 'Empty: from now on',
  until: 'Last day',
  untilHint: 'At most a year later',
  act: 'Name deputy',
};
