import { Link } from '@tanstack/react-router';
import { kinds } from '@/texts/audit';

const PAGES = {
  account: '/accounts/$id',
  request: '/requests/$id',
  template: '/templates/$id',
  user: '/users/$id',
  group: '/groups/$id',
  role: '/roles/$id',
  domain: '/domains/$id',
  engine: '/engines/$id',
  campaign: '/campaigns/$id',
} as const;

/** To the page of an object, where its kind has one; without a name, it is called by the beginning of its id. */
export function ObjectLink({ kind, id, name }: { kind: string; id: string; name?: string | null | undefined }) {
  const page = kind in PAGES ? PAGES[kind as keyof typeof PAGES] : undefined;
  const called = `${kinds[kind] ?? kind} ${name ?? id.slice(0, 8)}`;
  if (!page) return <span data-tip={id}>{called}</span>;
  return (
    <Link className="link" to={page} params={{ id } as never} data-tip={id}>
      {called}
    </Link>
  );
}
