import { Stepper } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { PageHead } from '@/components/PageHead';
import { useTableState } from '@/components/table/useTableState';
import { migration as texts } from '@/texts/migration';
import { AccountsStep } from './AccountsStep';
import { ReviewStep } from './ReviewStep';
import { NO_TARGET, TargetStep } from './TargetStep';

const STEPS = ['accounts', 'target', 'review'] as const;
type Step = (typeof STEPS)[number];

/** Moves accounts, in three steps that each have an address. */
export default function MigrationPage() {
  const state = useTableState('name');
  const [chosen, setChosen] = useState(new Set<string>());
  const [target, setTarget] = useState(NO_TARGET);
  // A step that lacks what comes before it, after a reload say, is the first one.
  const wanted = STEPS.find((step) => step === state.search['step']) ?? 'accounts';
  const step: Step = chosen.size === 0 || (wanted === 'review' && !target.template) ? 'accounts' : wanted;
  const go = (next: Step) => state.change({ step: next === 'accounts' ? undefined : next });
  useBlocker({
    disabled: chosen.size === 0,
    enableBeforeUnload: () => chosen.size > 0,
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && !confirm(texts.leave),
  });
  const restart = () => {
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
            domain={String(state.search['domain'])}
            target={target}
            change={setTarget}
            onBack={() => go('accounts')}
            onNext={() => go('review')}
          />
        )}
        {step === 'review' && (
          <ReviewStep accounts={[...chosen]} target={target} onBack={() => go('target')} onAgain={restart} />
        )}
      </div>
    </>
  );
}
