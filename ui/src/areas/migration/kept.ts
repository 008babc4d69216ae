import { keptByTab } from '@/app/kept';
import { NO_TARGET, type Target } from './TargetStep';

export interface Chosen {
  user: string;
  domain: string;
  accounts: string[];
  target: Target;
}

export const { keep, kept, forget } = keptByTab<Chosen>('tenure.migration', NO_TARGET);
