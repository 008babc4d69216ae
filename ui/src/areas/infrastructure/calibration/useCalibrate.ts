import { useState } from 'react';
import { api, type Schemas } from '@/api/client';

/** While an answer is waited for it is looked at this often. */
export const LOOK = 1_000;

type Calibration = Schemas['CalibrationBody'];

/** What was asked last, of each. */
const lastAsked = (items: Calibration[]) => items.map(({ asked_at: at }) => at ?? '').join(' ');

/**
 * Asking engines of a domain what they can reach. Between the click and the question being put an older answer is still
 * shown: `asked` remembers which it was, so that it is not taken for the new one.
 */
export function useCalibrate(domain: string, engine?: string) {
  const [asked, setAsked] = useState<string | undefined>();
  const post = api.useMutation('post', '/api/v1/domains/{id}/calibrate');
  const isWaiting = (items: Calibration[] | undefined) =>
    items !== undefined &&
    (items.some(({ standing }) => standing === 'waiting') || (asked !== undefined && asked === lastAsked(items)));
  const ask = async (items: Calibration[]) => {
    try {
      await post.mutateAsync({ params: { path: { id: domain } }, body: engine ? { engine } : {} });
      setAsked(lastAsked(items));
    } catch {
      // Shown in place.
    }
  };
  return { ask, isWaiting, asking: post.isPending, problem: post.error };
}
