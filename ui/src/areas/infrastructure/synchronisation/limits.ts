/** How many accounts are repaired at once, where the plan does not say: as the API has it. */
export const LIMITS = { accounts: 20, per_cent: 5 };
