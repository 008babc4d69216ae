import { Link } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Time } from '@/components/Time';
import { synchronisation } from '@/texts/synchronisation';

const texts = synchronisation.state;

/** What was read last, by whom, and what had changed. */
export function LastReading({ last, fullAt }: { last: Schemas['LastSyncBody']; fullAt: string | null | undefined }) {
  return (
    <dl className="facts">
      <dt>{texts.at}</dt>
      <dd>
        <Time at={last.at} show="minute" />
      </dd>
      <dt>{texts.what}</dt>
      <dd>{last.full ? texts.full : texts.changes}</dd>
      {!last.full && fullAt && (
        <>
          <dt>{texts.fullAt}</dt>
          <dd>
            <Time at={fullAt} show="minute" />
          </dd>
        </>
      )}
      <dt>{texts.changed}</dt>
      <dd className="number">{texts.objects(last.changed)}</dd>
      <dt>{texts.gone}</dt>
      <dd className="number">{texts.objects(last.gone)}</dd>
      <dt>{texts.took}</dt>
      <dd className="number">{texts.seconds(last.milliseconds)}</dd>
      <Engine id={last.engine} />
    </dl>
  );
}

function Engine({ id }: { id: string }) {
  const can = useCan();
  const { data } = api.useQuery(
    'get',
    '/api/v1/engines/{id}',
    { params: { path: { id } } },
    { enabled: can('engine:read') },
  );
  if (!data) return null;
  return (
    <>
      <dt>{texts.engine}</dt>
      <dd>
        <Link className="link" to="/engines/$id" params={{ id }}>
          {data.name}
        </Link>
      </dd>
    </>
  );
}
