import { counted, number } from './common';

/** People by what they are to Tenure now. */
interface Coming {
  new: number;
  known: number;
  followed: number;
  cannot: number;
}

const parts = ({ new: newcomers, known, followed: already, cannot }: Coming) =>
  [
    newcomers > 0 && `${number(newcomers)} new`,
    known > 0 && `${counted(known, 'user')} already`,
    already > 0 && `${number(already)} followed already`,
    cannot > 0 && `${number(cannot)} cannot come (no e-mail address, or somebody else has it)`,
  ].filter(Boolean);

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
    act: 'Let them come and leave',
    consequence: (coming: number, leaving: number) =>
      `${number(coming)} people are registered and mailed a welcome, ${number(leaving)} are disabled and signed out. If by now others would come or leave, you are asked again.`,
  },
  problems: {
    title: 'Not in step',
    name: 'Account',
    why: 'Why, and what helps',
    user: 'User',
  },
  preview: {
    title: 'What would happen',
    brings: (people: Coming) => {
      const told = parts(people);
      return told.length === 0 ? 'Brings nobody' : `Brings ${told.join(', ')}`;
    },
    missing: 'Not in what was read last',
    altogether: (people: Coming, leaving: number) => {
      const told = parts(people);
      const comes = told.length === 0 ? 'Nobody comes' : `Altogether ${told.join(', ')}`;
      return leaving === 0
        ? `${comes}; nobody leaves.`
        : `${comes}; ${counted(leaving, 'user is', 'users are')} in none of these groups, would leave and be disabled.`;
    },
    askedFirst: 'These are many: somebody is asked before they come or leave.',
    comes: 'Would come',
    leaves: 'Would leave',
    at: 'As read',
    unread: 'The domain was not read yet: nothing can be told.',
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
    perCent: 'Largest share at once, in per cent',
    perCentHint: 'One person may always come or leave',
  },
};
