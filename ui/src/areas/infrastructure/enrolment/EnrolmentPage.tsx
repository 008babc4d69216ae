import { Button, Stepper } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { enrolment as texts } from '@/texts/enrolment';
import { engines } from '@/texts/infrastructure';
import { AssignStep } from './AssignStep';
import { EnrolStep } from './EnrolStep';
import { ExpectStep } from './ExpectStep';
import { WorksStep } from './WorksStep';

type Engine = Schemas['EngineBody'];

const STEPS = ['expect', 'enrol', 'assign', 'works'] as const;

/** Where an engine is in these steps. */
const AT: Record<Engine['standing'], number> = { expected: 1, unassigned: 2, assigned: 3, revoked: 0 };

/** What is to be done now, or waited for. */
function nowOf(engine: Engine): string {
  const { standing, name } = engine;
  if (standing === 'revoked') return texts.now.revoked(name);
  if (standing === 'expected') return texts.now.enrol(name);
  if (standing === 'unassigned') return texts.now.assign(name);
  if (!engine.enabled) return texts.now.disabled(name);
  if (engine.contact_lost) return texts.now.lost(name);
  if (!engine.last_heard) return texts.now.starting(name);
  return engine.impaired ? texts.now.impaired(name) : texts.now.works(name);
}

/** An engine comes to be, step by step. Which step it is, the engine itself says: the page goes on as soon as it does. */
export default function EnrolmentPage() {
  const { engine: id, domain } = useSearch({ from: '/engines/new' });
  const navigate = useNavigate();
  const can = useCan();
  // Of this page only: nothing keeps it, and a reload forgets it.
  const [issued, setIssued] = useState<Schemas['EngineTokenIssued'] | undefined>();
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/engines/{id}',
    { params: { path: { id: id ?? '' } } },
    { enabled: id !== undefined },
  );
  const engine = id === undefined ? undefined : data;
  const begin = (next: Schemas['EngineTokenIssued']) => {
    setIssued(next);
    void navigate({ to: '/engines/new', search: { engine: next.id } });
  };
  return (
    <>
      <PageHead title={texts.title} sub={texts.sub} parent={{ label: engines.title, to: '/engines' }} />
      <div className="card">
        <Stepper size="sm" active={engine ? AT[engine.standing] : 0} mb="lg" allowNextStepsSelect={false}>
          {STEPS.map((step) => (
            <Stepper.Step key={step} label={texts.steps[step]} />
          ))}
        </Stepper>
        <p role="status" style={{ margin: '0 0 16px', fontWeight: 600 }}>
          {engine ? nowOf(engine) : id === undefined && can('engine:create') && texts.now.expect}
        </p>
        {id === undefined && <ExpectStep domain={domain} onIssued={begin} />}
        {id !== undefined && !data && !error && <LoadingRows rows={4} />}
        {id !== undefined && <ProblemAlert problem={error} retry={() => void refetch()} />}
        {engine?.standing === 'expected' && (
          <EnrolStep engine={engine} issued={issued?.id === engine.id ? issued : undefined} onIssued={setIssued} />
        )}
        {engine?.standing === 'unassigned' && <AssignStep engine={engine} issued={issued?.id === engine.id ? issued : undefined} />}
        {engine?.standing === 'revoked' && (
          <Button component={Link} to="/engines/new" search={{ domain: engine.domain.id } as never}>
            {texts.works.another}
          </Button>
        )}
        {engine?.standing === 'assigned' && <WorksStep engine={engine} />}
      </div>
    </>
  );
}
