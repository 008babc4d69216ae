import { Button, Group, Switch } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CheckCheck } from 'lucide-react';
import { useState } from 'react';
import { api, http, type Schemas } from '@/api/client';
import { invalidate } from '@/api/queries';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { inbox as texts } from '@/texts/inbox';
import { Notice } from './Notice';
import classes from './Inbox.module.css';

type Entry = Schemas['InboxEntry'];

const CATEGORIES = ['request', 'account', 'campaign', 'template', 'domain', 'engine'];
const PER = 50;
const TOGETHER = 6;

// Reading is no event: nothing else says that these are stale.
const reread = () => invalidate(['/api/v1/inbox']);

async function mark(entries: Entry[], read: boolean): Promise<void> {
  const path = read ? '/api/v1/inbox/{id}/read' : '/api/v1/inbox/{id}/unread';
  try {
    for (let from = 0; from < entries.length; from += TOGETHER) {
      const some = entries.slice(from, from + TOGETHER);
      const answers = await Promise.all(some.map(({ id }) => http.POST(path, { params: { path: { id } }, body: {} })));
      const failed = answers.find(({ error }) => error !== undefined);
      if (failed) throw failed.error;
    }
  } finally {
    reread();
  }
}

/** What one was told, the newest first. */
export default function InboxPage() {
  const search = useSearch({ strict: false }) as { category?: string; unread?: string };
  const navigate = useNavigate();
  const category = CATEGORIES.find((known) => known === search.category);
  const unread = search.unread === 'true';
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<unknown>(null);
  const [readingAll, setReadingAll] = useState(false);
  const query = { limit: PER, ...(category ? { category } : {}), ...(unread ? { unread } : {}) };
  // The key begins like that of every query, so that a live update finds it.
  const list = useInfiniteQuery({
    queryKey: ['get', '/api/v1/inbox', { params: { query } }],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const page = pageParam ? { cursor: pageParam } : {};
      const { data, error } = await http.GET('/api/v1/inbox', { params: { query: { ...query, ...page } }, signal });
      if (error !== undefined) throw error;
      return data;
    },
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const readAll = api.useMutation('post', '/api/v1/inbox/read-all');
  const first = list.data?.pages[0];
  const entries = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const selected = entries.filter(({ id }) => chosen.has(id));
  const show = (part: { category?: string | undefined; unread?: string | undefined }) => {
    setChosen(new Set());
    void navigate({ to: '/inbox', search: { ...search, ...part } as never });
  };
  const set = (which: Entry[], read: boolean) => {
    setProblem(null);
    mark(which, read).then(() => setChosen(new Set()), setProblem);
  };
  const flip = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const newest = first?.items[0]?.position;
  const about = texts.categories[category ?? 'all'] ?? '';
  const readsAll = category ? texts.readAllOf(about) : texts.readAll;
  return (
    <>
      <PageHead
        title={texts.title}
        sub={
          <span role="status" className="number">
            {first ? texts.unread(first.unread) : ' '}
          </span>
        }
      >
        <Button
          variant="default"
          leftSection={<CheckCheck size={16} />}
          disabled={!first || first.unread === 0 || entries.length === 0}
          onClick={() => setReadingAll(true)}
        >
          {readsAll}
        </Button>
      </PageHead>
      <ProblemAlert problem={problem} mb="md" />
      <div className="card" style={{ padding: 0 }}>
        <Group p="sm" gap="xs" style={{ borderBottom: '1px solid var(--line)' }}>
          <Group gap={4} role="group" aria-label={texts.category}>
            {['all', ...CATEGORIES].map((known) => {
              const on = known === (category ?? 'all');
              return (
                <Button
                  key={known}
                  size="xs"
                  variant={on ? 'light' : 'subtle'}
                  color={on ? 'brand' : 'gray'}
                  aria-pressed={on}
                  onClick={() => show({ category: known === 'all' ? undefined : known })}
                >
                  {texts.categories[known]}
                </Button>
              );
            })}
          </Group>
          <Switch
            size="sm"
            ml="auto"
            label={texts.onlyUnread}
            checked={unread}
            onChange={(event) => show({ unread: event.currentTarget.checked ? 'true' : undefined })}
          />
        </Group>
        {list.error && !list.data && (
          <div style={{ padding: 16 }}>
            <ProblemAlert problem={list.error} retry={() => void list.refetch()} />
          </div>
        )}
        {list.isPending && <LoadingRows rows={10} />}
        {list.data && entries.length === 0 && <Nothing filtered={category !== undefined || unread} clear={() => show({ category: undefined, unread: undefined })} />}
        {entries.length > 0 && (
          <>
            <div className={classes['all']}>
              <input
                type="checkbox"
                aria-label={texts.selectShown}
                checked={selected.length === entries.length}
                ref={(box) => {
                  if (box) box.indeterminate = selected.length > 0 && selected.length < entries.length;
                }}
                onChange={(event) =>
                  setChosen(event.currentTarget.checked ? new Set(entries.map(({ id }) => id)) : new Set())
                }
              />
              {selected.length > 0 ? (
                <>
                  <b>{texts.selected(selected.length)}</b>
                  <Button size="compact-xs" variant="light" onClick={() => set(selected.filter(({ read }) => !read), true)}>
                    {texts.markRead}
                  </Button>
                  <Button size="compact-xs" variant="default" onClick={() => set(selected.filter(({ read }) => read), false)}>
                    {texts.markUnread}
                  </Button>
                  <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setChosen(new Set())}>
                    {texts.clear}
                  </Button>
                </>
              ) : (
                <span className="muted">{texts.selectShown}</span>
              )}
            </div>
            <ul className={classes['list']} aria-label={texts.list}>
              {entries.map((entry) => (
                <Notice
                  key={entry.id}
                  entry={entry}
                  chosen={chosen.has(entry.id)}
                  onChoose={(on) => flip(entry.id, on)}
                  onMark={(read) => set([entry], read)}
                />
              ))}
            </ul>
          </>
        )}
        {list.hasNextPage && (
          <div style={{ padding: 12, textAlign: 'center', borderTop: '1px solid var(--line)' }}>
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {texts.more}
            </Button>
          </div>
        )}
      </div>
      {readingAll && first && (
        <ConfirmDialog
          title={readsAll}
          act={readsAll}
          consequence={category ? texts.readAllDialog.ofCategory(about) : texts.readAllDialog.consequence(first.unread)}
          onClose={() => setReadingAll(false)}
          onConfirm={async () => {
            // Nothing that the filter shows is newer.
            const upTo = { position: newest ?? null, category: category ?? null };
            await readAll.mutateAsync({ body: upTo });
            reread();
          }}
        />
      )}
    </>
  );
}

function Nothing({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  if (!filtered) return <EmptyState {...texts.empty} />;
  return (
    <EmptyState
      title={texts.noMatch.title}
      hint={texts.noMatch.hint}
      action={
        <Button variant="default" onClick={clear}>
          {texts.noMatch.action}
        </Button>
      }
    />
  );
}
