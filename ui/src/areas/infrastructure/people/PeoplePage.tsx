import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { LoadingRows } from '@/components/LoadingRows';
import { OffReason } from '@/components/OffReason';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { common } from '@/texts/common';
import { followed as texts } from '@/texts/followed';
import { domains } from '@/texts/infrastructure';
import { FollowDialog } from './FollowDialog';
import { FollowedGroups } from './FollowedGroups';
import { HeldAlert } from './HeldAlert';
import { NotInStep } from './NotInStep';

/** After a change of plan the people come with the next look, which is no event while nobody came. */
const LOOK = 5_000;

/** Groups of a directory whose members are users. */
export default function PeoplePage() {
  const { id } = useParams({ from: '/domains/$id/people' });
  const domain = api.useQuery('get', '/api/v1/domains/{id}', { params: { path: { id } } });
  const answer = api.useQuery(
    'get',
    '/api/v1/domains/{id}/people',
    { params: { path: { id } } },
    { refetchInterval: ({ state: { data } }) => (data && data.groups.length > 0 && !data.at ? LOOK : false) },
  );
  const can = useCan();
  const [choosing, setChoosing] = useState(false);
  const parent = { label: domains.title, to: '/domains' } as const;
  const { data } = answer;
  if (!data || !domain.data) {
    const error = domain.error ?? answer.error;
    const retry = () => void Promise.all([domain.refetch(), answer.refetch()]);
    return (
      <>
        <PageHead title={texts.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={retry} /> : <LoadingRows rows={6} />}
      </>
    );
  }
  const may = can('directory-service:update') && can('user:create');
  return (
    <>
      <PageHead
        title={texts.title}
        sub={
          <>
            <Link className="link" to="/domains/$id" params={{ id }}>
              {domain.data.name}
            </Link>{' '}
            · {texts.sub}
          </>
        }
        parent={parent}
      >
        <OffReason reason={may ? undefined : common.noPermission}>
          <Button disabled={!may} onClick={() => setChoosing(true)}>
            {texts.change}
          </Button>
        </OffReason>
      </PageHead>
      {data.held && <HeldAlert domain={id} held={data.held} />}
      <div className="grid">
        <Card title={texts.groups.title} span={8}>
          <FollowedGroups groups={data.groups} />
        </Card>
        <Card title={texts.state.title} span={4}>
          <dl className="facts">
            <dt>{texts.state.followed}</dt>
            <dd>{texts.state.people(data.followed)}</dd>
            <dt>{texts.state.at}</dt>
            <dd>{data.at ? <Time at={data.at} /> : texts.state.unread}</dd>
            <dt>{texts.state.limits}</dt>
            <dd>{texts.state.beyond(data.most_at_once, data.most_per_cent)}</dd>
          </dl>
        </Card>
        {data.problems.length > 0 && (
          <Card title={texts.problems.title}>
            <NotInStep problems={data.problems} />
          </Card>
        )}
      </div>
      {choosing && <FollowDialog domain={id} people={data} onClose={() => setChoosing(false)} />}
    </>
  );
}
