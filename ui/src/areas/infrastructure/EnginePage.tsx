import { Alert, Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { CircleAlert, KeySquare } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { usePast, useUpTo } from '@/api/past';
import { useCan } from '@/api/session';
import { formatInstant } from '@/app/time';
import { Card } from '@/components/Card';
import { HistoryList } from '@/components/HistoryList';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { engine as texts, engines } from '@/texts/infrastructure';
import { EngineCalibrationCard } from './calibration/EngineCalibrationCard';
import { LogCard } from './calibration/LogCard';
import { EngineActDialog, type EngineAct } from './EngineActDialog';
import { EngineFacts } from './EngineFacts';
import { HealthPill } from './HealthPill';

const SHOWN = 25;

/** One engine: how far it is, its health and its history. */
export default function EnginePage() {
  const { id } = useParams({ from: '/engines/$id' });
  const { data, error, refetch } = api.useQuery('get', '/api/v1/engines/{id}', { params: { path: { id } } });
  const can = useCan();
  const [act, setAct] = useState<EngineAct | undefined>();
  const past = usePast();
  const { known, upTo } = useUpTo();
  const history = api.useQuery(
    'get',
    '/api/v1/audit',
    { params: { query: { object: id, limit: SHOWN, ...upTo } } },
    { enabled: can('audit:read') && known },
  );
  const parent = { label: engines.title, to: '/engines' } as const;
  if (!data) {
    return (
      <>
        <PageHead title={engines.title} parent={parent} />
        {error ? <ProblemAlert problem={error} retry={() => void refetch()} /> : <LoadingRows rows={8} />}
      </>
    );
  }
  return (
    <>
      <PageHead title={data.name} badge={<HealthPill engine={data} />} sub={data.domain.name} parent={parent}>
        <Acts engine={data} start={setAct} />
      </PageHead>
      <Wanting engine={data} />
      <div className="grid">
        <EngineFacts engine={data} />
        {can('audit:read') && (
          <Card title={texts.history} span={6}>
            <ProblemAlert problem={history.error} retry={() => void history.refetch()} />
            {history.data && <HistoryList entries={history.data.items.toReversed()} />}
          </Card>
        )}
        {!past && data.standing === 'assigned' && <EngineCalibrationCard engine={data} />}
        {!past && data.standing !== 'expected' && <LogCard engine={id} />}
      </div>
      {act && <EngineActDialog act={act} engine={data} onClose={() => setAct(undefined)} />}
    </>
  );
}

/** What can be done with it now. */
function actsOf({ standing, enabled, token_expires_at }: Schemas['EngineBody'], can: (permission: string) => boolean) {
  const acts: EngineAct[] = [];
  const enrolled = standing === 'assigned' || standing === 'unassigned';
  if (standing === 'expected' && token_expires_at && can('engine:delete')) acts.push('revokeToken');
  if (enrolled && enabled && can('engine:delete')) acts.push('disable');
  if (enrolled && !enabled && can('engine:update')) acts.push('enable');
  if (standing !== 'revoked' && can('engine:delete')) acts.push('revoke');
  if (standing === 'unassigned' && can('engine:update')) acts.push('assign');
  return acts;
}

function Acts({ engine, start }: { engine: Schemas['EngineBody']; start: (act: EngineAct) => void }) {
  const can = useCan();
  return actsOf(engine, can).map((act) => (
    <Button key={act} variant={act === 'assign' || act === 'enable' ? 'filled' : 'default'} onClick={() => start(act)}>
      {texts[act]}
    </Button>
  ));
}

/** What keeps it from working, and the way out. */
function Wanting({ engine }: { engine: Schemas['EngineBody'] }) {
  const can = useCan();
  const { standing, contact_lost: lost, impaired, id } = engine;
  const next = standing === 'expected' || standing === 'unassigned';
  return (
    <>
      {next && (
        <Alert
          variant="light"
          mb="md"
          icon={<KeySquare size={18} />}
          title={standing === 'expected' ? texts.toEnrol : texts.toAssign}
        >
          {standing === 'expected' ? texts.toEnrolHint : texts.toAssignHint}
          {can('engine:create') && (
            <div style={{ marginTop: 8 }}>
              <Button size="xs" variant="default" component={Link} to="/engines/new" search={{ engine: id } as never}>
                {texts.enrolment}
              </Button>
            </div>
          )}
        </Alert>
      )}
      {lost && standing === 'assigned' && (
        <Alert color="red" variant="light" mb="md" icon={<CircleAlert size={18} />} title={texts.lost}>
          {texts.lostHint(formatInstant(lost))}
        </Alert>
      )}
      {impaired && (
        <Alert color="red" variant="light" mb="md" icon={<CircleAlert size={18} />} title={impaired.explanation}>
          {impaired.detail}
        </Alert>
      )}
    </>
  );
}
