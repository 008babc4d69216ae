import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { actions } from '@/texts/accounts';
import { common } from '@/texts/common';
import { requests } from '@/texts/requests';
import { wizard as texts } from '@/texts/wizard';
import classes from './NewRequestPage.module.css';

const SEARCHED_FROM = 9;
/** So many at first. */
const SHOWN = 30;

/** The first step of a request: by which template. The draft is made when one goes on, and is on the server from then. */
export default function NewRequestPage() {
  // A link may have chosen already.
  const given = useSearch({ strict: false }) as { template?: string };
  const [template, setTemplate] = useState(given.template);
  const navigate = useNavigate();
  const offered = api.useQuery('get', '/api/v1/templates', { params: { query: { offered: true } } });
  const draft = api.useMutation('post', '/api/v1/requests');
  const can = useCan();
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  const [most, setMost] = useState(SHOWN);
  const items = offered.data?.items ?? [];
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = items.filter(({ name, purpose }) => {
    const said = `${name} ${purpose}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
  const chosen = items.find(({ id }) => id === template);
  const first = shown.slice(0, most);
  // The one that a link chose is in sight wherever it stands.
  const listed = chosen && shown.includes(chosen) && !first.includes(chosen) ? [chosen, ...first] : first;
  const choose = (id: string) => {
    setMissing(false);
    setTemplate(id);
  };
  const go = async () => {
    if (!chosen) {
      setMissing(true);
      document.querySelector<HTMLElement>('input[name="template"]')?.focus();
      return;
    }
    const { id } = await draft.mutateAsync({
      body: { kind: { type: 'new-account' }, template: chosen.id },
    });
    await navigate({ to: '/requests/$id/edit/$step', params: { id, step: 'account' }, replace: true });
  };
  return (
    <>
      <PageHead title={texts.new.title} sub={texts.new.hint} parent={{ label: requests.title, to: '/requests' }} />
      <div className="card">
        <ProblemAlert problem={offered.error} retry={() => void offered.refetch()} />
        {offered.isPending && <LoadingRows rows={6} />}
        {offered.data && items.length === 0 && (
          <EmptyState
            {...texts.new.none}
            action={
              can('provision-template:create') && (
                <Button component={Link} to="/templates">
                  {texts.new.toTemplates}
                </Button>
              )
            }
          />
        )}
        {items.length > 0 && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              // What goes wrong is shown below.
              if (!draft.isPending) void go().catch(() => {});
            }}
          >
            <Stack gap="md">
              {items.length >= SEARCHED_FROM && (
                <TextInput
                  aria-label={texts.new.search}
                  placeholder={texts.new.search}
                  leftSection={<Search size={15} />}
                  value={typed}
                  onChange={(event) => setTyped(event.currentTarget.value)}
                />
              )}
              {shown.length === 0 && <EmptyState {...texts.new.noMatch} />}
              <Radio.Group
                aria-label={texts.new.choose}
                name="template"
                value={template ?? null}
                onChange={choose}
                error={missing ? texts.new.notChosen : undefined}
              >
                <div className={classes['choices']}>
                  {listed.map(({ id, name, purpose, action }) => (
                    <Radio
                      key={id}
                      value={id}
                      className={classes['choice'] ?? ''}
                      label={name}
                      description={`${purpose}${purpose && '. '}${texts.new.atEnd(actions[action].label.toLowerCase())}`}
                    />
                  ))}
                </div>
              </Radio.Group>
              {shown.length > most && (
                <Group gap="sm" justify="center">
                  <span className="muted" style={{ fontSize: '0.875rem' }}>
                    {texts.new.some(most, shown.length)}
                  </span>
                  <Button size="xs" variant="default" onClick={() => setMost(most + SHOWN)}>
                    {texts.new.more}
                  </Button>
                </Group>
              )}
              <ProblemAlert problem={draft.error} />
              <Group justify="flex-end" className={classes['actions'] ?? ''}>
                <Button variant="default" component={Link} to="/requests">
                  {common.cancel}
                </Button>
                <Button type="submit" loading={draft.isPending}>
                  {texts.new.go}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </div>
    </>
  );
}
