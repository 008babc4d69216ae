import { counted, number } from './common';

export const followed = {
  title: 'People from groups',
  sub: 'Members of these groups of the directory are users; whoever leaves them all is disabled',
  change: 'Choose groups',
  groups: {
    title: 'Followed groups',
    group: 'Group of the directory',
    members: 'Members of',
    state: 'State',
    there: 'There',
    missing: 'Missing',
    missingHint: 'It is not in the directory: nobody leaves until it is back, or is not followed any more.',
    none: { title: 'No group is followed', hint: 'Choose groups of the directory, and their members become users of Tenure.' },
  },
  state: {
    title: 'State',
    followed: 'Followed',
    people: (count: number) => counted(count, 'person', 'people'),
    at: 'Looked at',
    limits: 'Asked first',
    beyond: (people: number, share: number) => `beyond ${number(people)} people or ${share} % at once`,
    unread: 'Once the domain has been read, with the next look',
  },
  held: {
    title: 'Somebody has to decide',
    text: (coming: number, leaving: number) =>
      [
        coming > 0 && `${counted(coming, 'person', 'people')} would come`,
        leaving > 0 && `${counted(leaving, 'person', 'people')} would leave and be disabled`,
      ]
        .filter(Boolean)
        .join(', ') + ': more than may at once. Until then nothing happens.',
    comes: 'Would come',
    leaves: 'Would leave',
    more: (count: number) => `and ${number(count)} more`,
    act: 'Let them',
    consequence: (coming: number, leaving: number) =>
      `${number(coming)} people are registered and mailed a welcome, ${number(leaving)} are disabled and signed out. If by now others would come or leave, you are asked again.`,
  },
  problems: {
    title: 'Not in step',
    name: 'Account',
    why: 'Why, and what helps',
    user: 'User',
  },
  choose: {
    title: 'Choose groups',
    consequence: 'Their members come at once, each with a welcome by mail. Those who are in none of the groups any more leave: if they are many, you are asked first.',
    add: 'Add a group of the directory',
    addHint: 'Found by name, with groups in it',
    member: (group: string) => `Members of ${group} are members of`,
    noGroup: 'no group of Tenure',
    remove: (group: string) => `Do not follow ${group}`,
    atOnce: 'Most people at once',
    perCent: 'Most per cent at once',
    perCentHint: 'One person may always come or leave',
  },
};
