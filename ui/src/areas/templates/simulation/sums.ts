import type { Schemas } from '@/api/client';

/** As many are shown one by one. */
export const MOST = 200;

type Part = Schemas['SimulatedPart'];

function added(sum: Part, part: Part): Part {
  const effects = { ...sum.effects };
  for (const [effect, count] of Object.entries(part.effects)) effects[effect] = (effects[effect] ?? 0) + count;
  return {
    total: part.total.value > sum.total.value ? part.total : sum.total,
    looked_at: sum.looked_at + part.looked_at,
    affected: sum.affected + part.affected,
    staying: sum.staying + part.staying,
    effects,
    items: [...sum.items, ...part.items].slice(0, MOST),
    hidden: part.hidden,
  };
}

/** Two parts of a simulation as one. */
export function sumOf(sum: Schemas['TemplateSimulation'], part: Schemas['TemplateSimulation']): Schemas['TemplateSimulation'] {
  return { ...part, accounts: added(sum.accounts, part.accounts), requests: added(sum.requests, part.requests) };
}
