import { counted } from './common';

export const reveal = {
  act: 'Reveal',
  open: 'Reveal secret',
  title: 'Reveal the secret',
  consequence: (name: string) =>
    `The password of ${name} is sealed to a key made in this page and shown here once. Who revealed it, and when, is in the history.`,
  secret: 'Password',
  hides: (seconds: number) => `Hidden again in ${counted(seconds, 'second')}.`,
  hidden: 'The password is hidden again. Revealing it once more is another entry in the history.',
  hideNow: 'Hide now',
  again: 'Reveal again',
  unreadable: { title: 'The answer could not be opened', detail: 'It was not sealed to the key of this page. Try again.' },
  waiting: 'An engine reads the vault …',
};
