import type { Tone } from '@/components/StatusPill';

export type Standing = 'held' | 'failed' | 'repairing' | 'reported';

/** What becomes of differences: what somebody has to look at first. */
export const standings: { standing: Standing; tone: Tone }[] = [
  { standing: 'held', tone: 'late' },
  { standing: 'failed', tone: 'bad' },
  { standing: 'reported', tone: 'warning' },
  { standing: 'repairing', tone: 'pending' },
];

/** What the API says, if it is one of these. */
export const standingOf = (text: string) => standings.find(({ standing }) => standing === text);
