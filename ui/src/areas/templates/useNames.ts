import { useQueries } from '@tanstack/react-query';
import { api, type Schemas } from '@/api/client';
import { asOf, usePast } from '@/api/past';
import { useCan } from '@/api/session';
import type { OwnerChoice } from '@/components/OwnersSelect';

export type UsersAndGroups = Schemas['UsersAndGroups'];

function idsOf(content: Schemas['TemplateContent'] | undefined): string[] {
  if (!content) return [];
  const named = [content.lifecycle.other_recipients, ...content.approval.steps.flatMap((step) => [step, step.fallback])];
  return [...new Set(named.flatMap((people) => people?.users ?? []))];
}

/** Names of the people and groups that a template names by their ids. */
export function useNames(content: Schemas['TemplateContent'] | undefined) {
  const can = useCan();
  const past = usePast();
  const groups = api.useQuery('get', '/api/v1/groups', {}, { enabled: can('group:read') });
  const users = useQueries({
    queries: (can('user:read:all') ? idsOf(content) : []).map((id) => {
      const init = { params: { path: { id } } };
      return api.queryOptions('get', '/api/v1/users/{id}', asOf('/api/v1/users/{id}', init, past) as typeof init);
    }),
  });
  const known = new Map<string, string>();
  for (const group of groups.data?.items ?? []) known.set(group.id, group.name);
  for (const { data } of users) if (data) known.set(data.id, data.display_name);
  return (id: string) => known.get(id) ?? `${id.slice(0, 8)}…`;
}

/** As the field for people and groups has it. */
export function choices(people: UsersAndGroups | undefined, name: (id: string) => string): OwnerChoice[] {
  return [
    ...(people?.users ?? []).map((id) => ({ kind: 'user', id, name: name(id) })),
    ...(people?.groups ?? []).map((id) => ({ kind: 'group', id, name: name(id) })),
  ];
}

export function chosen(owners: OwnerChoice[]): { users: string[]; groups: string[] } {
  const of = (kind: string) => owners.filter((owner) => owner.kind === kind).map(({ id }) => id);
  return { users: of('user'), groups: of('group') };
}
