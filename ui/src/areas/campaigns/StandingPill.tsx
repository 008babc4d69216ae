import { StatusPill, type Tone } from '@/components/StatusPill';
import { reviewing } from '@/texts/campaigns';

type Standing = keyof typeof reviewing.standings;

const TONES: Record<Standing, Tone> = {
  open: 'pending',
  unknown: 'warning',
  kept: 'good',
  decided: 'pending',
  ordered: 'pending',
  observed: 'off',
  failed: 'bad',
  unneeded: 'off',
  undone: 'warning',
};

/** Where a review stands. */
export function StandingPill({ standing }: { standing: string }) {
  if (!(standing in TONES)) return <StatusPill tone="off" label={standing} />;
  const known = standing as Standing;
  return <StatusPill tone={TONES[known]} {...reviewing.standings[known]} />;
}
