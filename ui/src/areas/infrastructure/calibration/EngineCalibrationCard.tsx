import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { api, type Schemas } from '@/api/client';
import { formatInstant } from '@/app/time';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import { calibration as texts } from '@/texts/calibration';
import { AskButton } from './AskButton';
import { MissingRights } from './MissingRights';
import { PlacesTable } from './PlacesTable';
import { missingRights, reachPill } from './reach';
import { ReachFacts } from './ReachFacts';
import { LOOK, useCalibrate } from './useCalibrate';

/** On the page of an engine: what it really reaches, what its account may do, and what grants what is missing. */
export function EngineCalibrationCard({ engine }: { engine: Schemas['EngineBody'] }) {
  const { ask, isWaiting, asking, problem } = useCalibrate(engine.domain.id, engine.id);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/engines/{id}/calibration',
    { params: { path: { id: engine.id } } },
    { refetchInterval: ({ state }) => (isWaiting(state.data && [state.data]) ? LOOK : false) },
  );
  const waiting = isWaiting(data && [data]);
  return (
    <Card
      title={texts.title}
      aside={data && <AskButton busy={asking || waiting} onAsk={() => void ask([data])} />}
    >
      <ProblemAlert problem={problem} mb="md" />
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {!data && !error && <LoadingRows rows={4} />}
      {data && <Answer calibration={data} waiting={waiting} now={engine} />}
    </Card>
  );
}

interface AnswerProps {
  calibration: Schemas['CalibrationBody'];
  waiting: boolean;
  /** What it says of itself since. */
  now: Schemas['EngineBody'];
}

function Answer({ calibration, waiting, now }: AnswerProps) {
  const { answer, standing, asked_at: asked } = calibration;
  const pill = reachPill(waiting ? { ...calibration, standing: 'waiting' } : calibration);
  const unanswered = standing === 'unanswered' && !waiting && asked;
  return (
    <>
      <div
        role="status"
        style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center', marginBottom: 12, fontSize: '0.875rem' }}
      >
        <StatusPill {...pill} />
        {answer && (
          <span>
            {texts.at} <Time at={answer.at} show="minute" />
          </span>
        )}
      </div>
      {unanswered && (
        <Alert color="red" variant="light" mb="md" icon={<CircleAlert size={18} />} title={texts.unanswered}>
          {(answer ? texts.unansweredHint : texts.unansweredBlank)(formatInstant(asked))}
        </Alert>
      )}
      {!answer && !unanswered && <EmptyState compact {...texts.never} />}
      {answer?.out_of_reach && (
        <OutOfReach failure={answer.out_of_reach} now={now} />
      )}
      {answer && (
        <>
          <ReachFacts answer={answer} />
          {!answer.out_of_reach && <PlacesTable answer={answer} />}
          <MissingRights rights={missingRights(calibration)} />
        </>
      )}
    </>
  );
}

/** Why it reached nothing when it was asked: it may have been mended since, or fail otherwise. */
function OutOfReach({ failure, now }: { failure: Schemas['FailureBody']; now: Schemas['EngineBody'] }) {
  // Words vary from one attempt to the next.
  const since = now.impaired?.reason !== failure.reason;
  return (
    <Alert
      color={since ? 'yellow' : 'red'}
      variant="light"
      mb="md"
      icon={<CircleAlert size={18} />}
      title={since ? texts.outOfReachThen : texts.outOfReach}
    >
      <div>{failure.explanation}</div>
      <div className="muted" style={{ overflowWrap: 'anywhere' }}>
        {failure.detail}
      </div>
      {since && !now.impaired && <div style={{ marginTop: 6 }}>{texts.recovered}</div>}
    </Alert>
  );
}
