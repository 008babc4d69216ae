import { Link } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { usePast, useUpTo } from '@/api/past';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { StatusPill } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import { engine as texts, engines, standing } from '@/texts/infrastructure';
import { HealthPill } from './HealthPill';
import { Clock, Pace } from './measures';

/** What an engine is, and what it last said of itself: the latter is of now only. */
export function EngineFacts({ engine }: { engine: Schemas['EngineBody'] }) {
  const past = usePast();
  const { health } = engine;
  return (
    <Card title={texts.facts} span={6}>
      <dl className="facts">
        <dt>{texts.domain}</dt>
        <dd>
          <Link className="link" to="/domains/$id" params={{ id: engine.domain.id }}>
            {engine.domain.name}
          </Link>
        </dd>
        <dt>{texts.standing}</dt>
        <dd>
          <StatusPill tone={engine.standing === 'assigned' ? 'good' : 'off'} {...standing[engine.standing]} />
        </dd>
        <dt>{texts.health}</dt>
        <dd>
          <HealthPill engine={engine} />
        </dd>
        {!past && (
          <>
            <dt>{engines.columns.heard}</dt>
            <dd>
              <Time at={engine.last_heard} show="minute" />
            </dd>
          </>
        )}
        {health && (
          <>
            <dt>{engines.columns.work}</dt>
            <dd className="number">{health.in_work}</dd>
            <dt>{engines.columns.pace}</dt>
            <dd>
              <Pace health={health} />
            </dd>
            <dt>{engines.columns.clock}</dt>
            <dd>
              <Clock health={health} />
            </dd>
            <dt>{engines.columns.version}</dt>
            <dd>{health.version}</dd>
          </>
        )}
        <LastReport id={engine.id} />
        {engine.public_key && (
          <>
            <dt>{texts.key}</dt>
            <dd>
              <code>{engine.public_key}</code>
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function LastReport({ id }: { id: string }) {
  const can = useCan();
  const { known, upTo } = useUpTo();
  const last = api.useQuery(
    'get',
    '/api/v1/audit',
    { params: { query: { engine: id, limit: 1, ...upTo } } },
    { enabled: can('audit:read') && known },
  ).data?.items[0];
  if (!last) return null;
  return (
    <>
      <dt>{texts.contact}</dt>
      <dd>
        <Time at={last.at} show="minute" relative />
        <div className="muted">{last.sentence}</div>
        <Link className="link" to="/audit" search={{ engine: id }}>
          {texts.audit}
        </Link>
      </dd>
    </>
  );
}
