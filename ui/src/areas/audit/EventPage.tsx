import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { api } from '@/api/client';
import { actorName } from '@/components/actorName';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Time } from '@/components/Time';
import { audit, event as texts } from '@/texts/audit';
import { ActionTree } from './ActionTree';
import { Cause } from './Cause';
import { Changes } from './Changes';
import { ObjectLink } from './ObjectLink';

/** One event: who, when, from where, and its object before and after. */
export default function EventPage() {
  const { position } = useParams({ from: '/audit/$position' });
  const number = Number(position);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/audit/{position}', {
    params: { path: { position: number } },
  });
  const parent = { label: audit.title, to: '/audit' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={texts.title(number)} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  const beside = (at: number) => ({ to: '/audit/$position', params: { position: String(at) } as never }) as const;
  return (
    <>
      <PageHead title={texts.title(number)} sub={data.sentence} parent={parent}>
        {number > 1 && (
          <Button variant="default" leftSection={<ChevronLeft size={15} />} component={Link} {...beside(number - 1)}>
            {texts.previous}
          </Button>
        )}
        <Button variant="default" rightSection={<ChevronRight size={15} />} component={Link} {...beside(number + 1)}>
          {texts.next}
        </Button>
      </PageHead>
      <div className="grid">
        <Card title={texts.facts} span={5}>
          <dl className="facts">
            <dt>{texts.what}</dt>
            <dd>{data.sentence}</dd>
            <dt>{texts.type}</dt>
            <dd>
              <code>{data.type}</code>
            </dd>
            <dt>{texts.when}</dt>
            <dd>
              <Time at={data.at} show="minute" />
            </dd>
            <dt>{texts.who}</dt>
            <dd>
              {data.actor?.kind === 'user' && data.actor.id ? (
                <Link className="link" to="/users/$id" params={{ id: data.actor.id }}>
                  {actorName(data.actor)}
                </Link>
              ) : (
                actorName(data.actor)
              )}
              {data.actor?.token && <div className="muted">{texts.token}</div>}
            </dd>
            <dt>{texts.from}</dt>
            <dd>{data.client_address ?? texts.nowhere}</dd>
            <dt>{texts.object}</dt>
            <dd>
              <ObjectLink kind={data.kind} id={data.object} name={data.name} />{' '}
              <span className="muted">{texts.objectVersion(data.object_version)}</span>
              {/* Far enough from the link above to be hit apart from it. */}
              <div style={{ marginTop: 8 }}>
                <Link className="link" to="/audit" search={{ object: data.object }}>
                  {audit.history}
                </Link>
              </div>
            </dd>
            <dt>{texts.correlation}</dt>
            <dd>
              <Link className="link" to="/audit" search={{ correlation: data.correlation, sort: 'at' }}>
                {texts.wholeAction}
              </Link>
            </dd>
            {data.causation && (
              <>
                <dt>{texts.causation}</dt>
                <dd>
                  <Cause event={data} />
                </dd>
              </>
            )}
            <dt>{texts.id}</dt>
            <dd>
              <code>{data.id}</code>
            </dd>
          </dl>
        </Card>
        <Card title={texts.changes} span={7}>
          {data.changes_hidden ? (
            <EmptyState {...texts.hidden} />
          ) : data.changes.length === 0 ? (
            <EmptyState {...texts.noChange} />
          ) : (
            <Changes changes={data.changes} names={data.names} />
          )}
        </Card>
        <Card title={texts.tree}>
          <ActionTree event={data} />
        </Card>
      </div>
    </>
  );
}
