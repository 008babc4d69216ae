import type { Schemas } from '@/api/client';
import type { Tone } from '@/components/StatusPill';
import { calibration as texts } from '@/texts/calibration';

type Calibration = Schemas['CalibrationBody'];
type Place = Schemas['PlaceBody'];
export type Right = Schemas['RightBody'];

interface Pill {
  tone: Tone;
  label: string;
  hint?: string | undefined;
}

/** How an engine's reach is summed up: the worst of it. */
export function reachPill({ standing, answer }: Calibration): Pill {
  if (standing === 'waiting') return { tone: 'pending', ...texts.standing.waiting };
  if (standing === 'unanswered') return { tone: 'bad', ...texts.standing.unanswered };
  if (!answer) return { tone: 'off', ...texts.standing.never };
  if (answer.out_of_reach || answer.vault.failure) return { tone: 'bad', ...texts.standing.outOfReach };
  if (answer.missing > 0) return { tone: 'bad', label: texts.standing.missing(answer.missing) };
  if (answer.places_left_out > 0 || answer.places.some(({ standing: one }) => one === 'failed' || one === 'left-out')) {
    return { tone: 'warning', ...texts.standing.failed };
  }
  if (answer.unknown > 0) return { tone: 'pending', ...texts.standing.unknown };
  return { tone: 'good', ...texts.standing.complete };
}

const TONES: Record<string, Tone> = {
  granted: 'good',
  missing: 'bad',
  unknown: 'pending',
  failed: 'bad',
  'left-out': 'off',
};

/** What is known of a place: of what templates want there, and of nothing else. */
export function placePill({ standing, failure }: Place): Pill {
  const { label } = texts.place[standing as keyof typeof texts.place];
  const hint = standing === 'unknown' ? texts.noAccountYet : (failure?.explanation ?? undefined);
  return { tone: TONES[standing] ?? 'off', label, hint };
}

/** The rights that are missing, of all places and of the domain as a whole. */
export function missingRights({ answer }: Calibration): Right[] {
  if (!answer) return [];
  const rights = answer.places.flatMap((place) => place.rights);
  return [...rights, ...(answer.deletions ? [answer.deletions] : [])].filter(({ standing }) => standing === 'missing');
}
