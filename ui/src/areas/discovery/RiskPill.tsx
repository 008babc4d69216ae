import { StatusPill } from '@/components/StatusPill';
import { discovery } from '@/texts/discovery';
import { riskOf } from './risks';

/** How bad the worst is that was seen in an account. */
export function RiskPill({ risk }: { risk: string }) {
  const known = riskOf(risk);
  if (!known) return <StatusPill tone="off" label={risk} />;
  return <StatusPill tone={known.tone} {...discovery.risks[known.risk]} />;
}
