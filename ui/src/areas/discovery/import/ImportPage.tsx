import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '@/api/client';
import { useSession } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { PageHead } from '@/components/PageHead';
import { discovery, importing as texts } from '@/texts/discovery';
import { DiscoverySteps } from '../DiscoverySteps';
import { forget, keep, kept, type Chosen } from '../chosen';
import { OwnersStep } from './OwnersStep';
import { ReviewStep } from './ReviewStep';
import { TargetStep } from './TargetStep';

const STEPS = ['target', 'owners', 'review'] as const;
type Step = (typeof STEPS)[number];

/** Imports the accounts that were chosen, in steps that each have an address. */
export default function ImportPage() {
  const user = useSession()?.user ?? '';
  const [chosen, setChosen] = useState(() => kept(user));
  const parent = { label: discovery.title, to: '/unmanaged' } as const;
  if (!chosen) {
    return (
      <>
        <PageHead title={texts.title} sub={texts.subAlone} parent={parent} />
        <div className="card">
          <EmptyState
            title={texts.nothing.title}
            hint={texts.nothing.hint}
            action={
              <Button component={Link} to="/unmanaged">
                {texts.nothing.action}
              </Button>
            }
          />
        </div>
      </>
    );
  }
  return <Wizard chosen={chosen} change={setChosen} />;
}

function Wizard({ chosen, change }: { chosen: Chosen; change: (chosen: Chosen) => void }) {
  const search = useSearch({ from: '/unmanaged/import' });
  const navigate = useNavigate();
  const domain = api.useQuery('get', '/api/v1/domains/{id}', { params: { path: { id: chosen.domain } } });
  const [begun, setBegun] = useState(false);
  useEffect(() => {
    if (!begun) keep(chosen);
  }, [begun, chosen]);
  const { accounts, target } = chosen;
  const complete = target.template !== null && target.period !== null && target.reason.trim() !== '';
  // A step that lacks what comes before it is the first one.
  const wanted = STEPS.find((step) => step === search.step) ?? 'target';
  const step: Step = complete ? wanted : 'target';
  const go = (next: Step) =>
    void navigate({ to: '/unmanaged/import', search: { step: next === 'target' ? undefined : next } });
  const begin = () => {
    setBegun(true);
    forget();
  };
  return (
    <>
      <PageHead
        title={texts.title}
        sub={domain.data ? texts.sub(domain.data.name) : texts.subAlone}
        parent={{ label: discovery.title, to: '/unmanaged' }}
      />
      <div className="card">
        <DiscoverySteps at={step} domain={chosen.domain} chosen={accounts.length} />
        {step === 'target' && (
          <TargetStep
            domain={chosen.domain}
            target={target}
            change={(next) => change({ ...chosen, target: next })}
            onBack={() => void navigate({ to: '/unmanaged/accounts', search: { domain: chosen.domain } })}
            onNext={() => go('owners')}
          />
        )}
        {step === 'owners' && (
          <OwnersStep
            accounts={accounts}
            target={target}
            change={(next) => change({ ...chosen, accounts: next })}
            onBack={() => go('target')}
            onNext={() => go('review')}
          />
        )}
        {step === 'review' && <ReviewStep chosen={chosen} onBack={() => go('owners')} onBegin={begin} />}
      </div>
    </>
  );
}
