import { Stepper } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useSession } from '@/api/session';
import { PageHead } from '@/components/PageHead';
import { useTableState } from '@/components/table/useTableState';
import { migration as texts } from '@/texts/migration';
import { AccountsStep } from './AccountsStep';
import { forget, keep, kept } from './kept';
import { ReviewStep } from './ReviewStep';
import { NO_TARGET, TargetStep } from './TargetStep';

const STEPS = ['accounts', 'target', 'review'] as const;
type Step = (typeof STEPS)[number];

/** Moves accounts, in three steps that each have an address. */
export default function MigrationPage() {
  const state = useTableState('name');
  const user = useSession()?.user ?? '';
  const [before] = useState(() => kept(user));
  const domain = String(state.search['domain'] ?? before?.domain ?? '');
  const mine = before?.domain === domain ? before : null;
  const [chosen, setChosen] = useState(() => new Set(mine?.accounts));
  const [target, setTarget] = useState(mine?.target ?? NO_TARGET);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) keep({ user, domain, accounts: [...chosen], target });
  }, [done, user, domain, chosen, target]);
  // Back from another page: its address says nothing of what is kept.
  const returned = useRef(false);
  useEffect(() => {
    if (returned.current) return;
    returned.current = true;
    if (mine && state.search['domain'] === undefined) state.replaceWith({ domain: mine.domain });
  }, [mine, state]);
  // A step that lacks what comes before it is the first one.
  const wanted = STEPS.find((step) => step === state.search['step']) ?? 'accounts';
  const step: Step = chosen.size === 0 || (wanted === 'review' && !target.template) ? 'accounts' : wanted;
  const finished = () => {
    setDone(true);
    forget();
  };
  const go = (next: Step) => state.change({ step: next === 'accounts' ? undefined : next });
  const restart = () => {
    setDone(false);
    setChosen(new Set());
    setTarget(NO_TARGET);
    go('accounts');
  };
  return (
    <>
      <PageHead title={texts.title} sub={texts.sub} />
      <div className="card">
        <Stepper size="sm" active={STEPS.indexOf(step)} mb="lg" allowNextStepsSelect={false}>
          {STEPS.map((name) => (
            <Stepper.Step
              key={name}
              label={texts.steps[name]}
              description={name === 'accounts' && chosen.size > 0 ? texts.selected(chosen.size) : undefined}
            />
          ))}
        </Stepper>
        {step === 'accounts' && (
          <AccountsStep state={state} chosen={chosen} choose={setChosen} onNext={() => go('target')} />
        )}
        {step === 'target' && (
          <TargetStep
            domain={domain}
            target={target}
            change={setTarget}
            onBack={() => go('accounts')}
            onNext={() => go('review')}
          />
        )}
        {step === 'review' && (
          <ReviewStep accounts={[...chosen]} target={target} onBack={() => go('target')} onDone={finished} onAgain={restart} />
        )}
      </div>
    </>
  );
}
