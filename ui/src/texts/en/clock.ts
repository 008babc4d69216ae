import { counted } from './common';

export const clock = {
  label: 'Business clock of the demo',
  now: 'It is',
  hint: 'Lifecycles go by this clock. Move it forward and watch what falls due.',
  other: 'Engines, sign-ins and proofs go by the real one.',
  forward: 'Move forward',
  steps: { day: '1 day', week: '1 week', month: '30 days', quarter: '90 days' },
  moving: 'Doing everything that falls due …',
  moved: (fired: number) => `Moved. ${counted(fired, 'timer')} fired on the way.`,
  onlyAdministrators: 'Only administrators move the clock',
};
