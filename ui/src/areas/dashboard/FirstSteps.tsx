import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { api } from '@/api/client';
import { Card } from '@/components/Card';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { dashboard } from '@/texts/dashboard';
import classes from './dashboard.module.css';

const texts = dashboard.firstSteps;

/** What an administrator of a new organisation does before there can be an account; each step says whether it is done. */
export function FirstSteps() {
  const domains = api.useQuery('get', '/api/v1/domains', {});
  const engines = api.useQuery('get', '/api/v1/engines', {});
  const templates = api.useQuery('get', '/api/v1/templates', { params: { query: { limit: 1 } } });
  const users = api.useQuery('get', '/api/v1/users', { params: { query: { limit: 1 } } });
  const asked = [domains, engines, templates, users];
  const failed = asked.find(({ error }) => error);
  const steps = [
    { ...texts.domain, to: '/domains', done: (domains.data?.items.length ?? 0) > 0 },
    // A sandbox is a directory within Tenure: it needs none.
    {
      ...texts.engine,
      to: '/engines',
      done:
        engines.data?.items.some(({ standing }) => standing === 'assigned') === true ||
        domains.data?.items.some(({ kind }) => kind === 'sandbox') === true,
    },
    { ...texts.people, to: '/users', done: (users.data?.total.value ?? 0) > 1 },
    { ...texts.template, to: '/templates', done: templates.data?.items.some(({ published }) => published != null) === true },
    { ...texts.request, to: '/requests/new', done: false },
  ];
  const next = steps.findIndex(({ done }) => !done);
  return (
    <Card title={texts.title}>
      <ProblemAlert problem={failed?.error} retry={() => void failed?.refetch()} mb="sm" />
      {asked.some(({ isLoading }) => isLoading) ? (
        <LoadingRows rows={5} />
      ) : (
        <ol className={classes['steps']}>
          {steps.map(({ label, hint, act, to, done }, index) => (
            <li key={label}>
              <span className={classes['mark']} data-done={done || undefined}>
                {done ? <Check size={14} role="img" aria-label={texts.done} /> : index + 1}
              </span>
              <div>
                <b>{label}</b>
                <div className="muted">{hint}</div>
              </div>
              <Button component={Link} to={to} size="xs" variant={index === next ? 'filled' : 'default'}>
                {act}
              </Button>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
