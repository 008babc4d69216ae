// Whether something is in use.
export const enabled = {
  on: 'Enabled',
  off: 'Disabled',
  filter: 'Filter by status',
  any: 'Any status',
};
