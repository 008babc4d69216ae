import { Stepper } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { discovery, importing } from '@/texts/discovery';

/** From what was found to accounts that are managed. */
export const STEPS = ['report', 'accounts', 'target', 'owners', 'review'] as const;
export type DiscoveryStep = (typeof STEPS)[number];

interface Props {
  at: DiscoveryStep;
  domain: string | undefined;
  /** Accounts that are chosen. */
  chosen?: number;
}

/** Where one is on the way; the first two steps can be gone back to. */
export function DiscoverySteps({ at, domain, chosen = 0 }: Props) {
  const navigate = useNavigate();
  const active = STEPS.indexOf(at);
  const labels = { ...discovery.steps, ...importing.steps };
  const go = (to: number) =>
    void navigate({ to: STEPS[to] === 'report' ? '/unmanaged' : '/unmanaged/accounts', search: { domain } as never });
  return (
    <Stepper size="sm" active={active} mb="lg" onStepClick={go} allowNextStepsSelect={false} wrap>
      {STEPS.map((step, index) => (
        <Stepper.Step
          key={step}
          label={labels[step]}
          description={step === 'accounts' && chosen > 0 ? importing.chosen(chosen) : undefined}
          allowStepSelect={index < 2 && (index !== active) && (index < active || domain !== undefined)}
        />
      ))}
    </Stepper>
  );
}
