import type { Schemas } from '@/api/client';

/** As many are shown one by one. */
const MOST = 200;

type Simulation = Schemas['RoleSimulation'];

/** Two parts of a simulation as one. */
export function sumOf(sum: Simulation, part: Simulation): Simulation {
  const permissions = { ...sum.people.permissions };
  for (const [permission, { losing, gaining }] of Object.entries(part.people.permissions)) {
    const known = permissions[permission] ?? { losing: 0, gaining: 0 };
    permissions[permission] = { losing: known.losing + losing, gaining: known.gaining + gaining };
  }
  return {
    ...part,
    people: {
      looked_at: sum.people.looked_at + part.people.looked_at,
      losing: sum.people.losing + part.people.losing,
      gaining: sum.people.gaining + part.people.gaining,
      permissions,
      items: [...sum.people.items, ...part.people.items].slice(0, MOST),
      hidden: part.people.hidden,
    },
    approvals: {
      total: part.approvals.total.value > sum.approvals.total.value ? part.approvals.total : sum.approvals.total,
      looked_at: sum.approvals.looked_at + part.approvals.looked_at,
      without_approver: sum.approvals.without_approver + part.approvals.without_approver,
      items: [...sum.approvals.items, ...part.approvals.items].slice(0, MOST),
      hidden: part.approvals.hidden,
    },
  };
}
