import { number } from './common';

export const past = {
  label: 'As it was',
  open: 'As of…',
  openHint: 'Show this page as it was at another time',
  asItWas: 'As it was on',
  position: (position: string) => `position ${position}`,
  readOnly: 'Nothing can be changed here.',
  stands: (position: number) => `Position ${number(position)} of the history.`,
  notHere: 'You are looking at the past, but this page shows how things are.',
  backToNow: 'Back to now',
  day: 'Day',
  minute: 'Date and time',
  notPast: 'Choose a time in the past',
  refused: {
    title: 'This page shows how things were',
    detail: 'Nothing was done. Go back to now to change something.',
  },
};

export const approvers = {
  title: 'Who could approve it',
  titleThen: 'Who could have approved it',
  nobody: 'It waits for nobody’s approval.',
  deadlock: 'None of its approvers may decide. An administrator can override the step, or the requester withdraws the request and asks with other owners.',
  deadlockThen: 'None of its approvers could have decided.',
  step: (name: string) => `Step “${name}”`,
  may: 'May',
  mayNot: 'May not',
  more: 'There are more people than these.',
  via: (groups: string) => `by ${groups}`,
  inTheNameOf: (name: string) => `in the name of ${name}`,
};
