import { enabled as texts } from '@/texts/states';
import { StatusPill } from './StatusPill';

/** Of people, groups, roles, domains, engines and tokens: in use or not. */
export function EnabledPill({ enabled, hint }: { enabled: boolean; hint?: string }) {
  return <StatusPill tone={enabled ? 'good' : 'off'} label={enabled ? texts.on : texts.off} hint={hint} />;
}
