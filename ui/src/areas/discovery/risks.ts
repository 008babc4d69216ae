import type { Tone } from '@/components/StatusPill';

export type Risk = 'high' | 'medium' | 'low';

/** The worst first. */
export const risks: { risk: Risk; tone: Tone }[] = [
  { risk: 'high', tone: 'bad' },
  { risk: 'medium', tone: 'warning' },
  { risk: 'low', tone: 'off' },
];

/** What the API says, if it is one of these. */
export const riskOf = (text: string) => risks.find(({ risk }) => risk === text);
