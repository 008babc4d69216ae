import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '@/api/session';
import { Card } from '@/components/Card';
import { StatusPill } from '@/components/StatusPill';
import { actions } from '@/texts/accounts';
import { request as terms } from '@/texts/requests';
import { wizard } from '@/texts/wizard';
import { stepsOf, type StepName, type Template } from './content';
import type { Draft } from './useDraft';

const texts = wizard.reviewPage;

interface Props {
  id: string;
  draft: Draft;
  template: Template;
  accountName: string;
}

/** All of it on one page, as it will be submitted. */
export function ReviewStep({ id, draft, template, accountName }: Props) {
  const { content, owners } = draft;
  const session = useSession();
  const kind = content.kind.type;
  const { periods } = template.lifecycle;
  const attributes = Object.entries(content.attributes ?? {}).filter(([, values]) => values.length > 0 || kind === 'change');
  const has = (step: StepName) => stepsOf(kind).includes(step);
  const { steps = [] } = template.approval;
  return (
    <div className="grid">
      {has('account') && (
        <Part id={id} step="account">
          <Fact term={terms.terms.account}>{kind === 'new-account' ? content.name : accountName}</Fact>
          {kind === 'new-account' && <Fact term={terms.terms.description}>{content.description}</Fact>}
          {kind === 'new-account' && <Fact term={terms.terms.ou}>{content.ou ?? template.directory.ou}</Fact>}
          {content.folder && <Fact term={terms.terms.folder}>{content.folder}</Fact>}
          {attributes.map(([name, values]) => (
            <Fact key={name} term={name}>
              {values.join(', ') || terms.terms.cleared}
            </Fact>
          ))}
          {content.groups && <Fact term={terms.terms.groups}>{content.groups.join('; ')}</Fact>}
        </Part>
      )}
      {has('owners') && (
        <Part id={id} step="owners">
          <Fact term={terms.terms.owners}>
            {[session?.display_name ?? '', ...owners.map(({ name }) => name)].join(', ')}
          </Fact>
          <Fact term={terms.terms.period}>{content.period ?? (periods.length === 1 ? periods[0] : undefined)}</Fact>
          <Fact term={texts.atEnd}>{actions[template.action].label}</Fact>
        </Part>
      )}
      <Part id={id} step="reason">
        <Fact term={wizard.fields.justification}>{content.justification}</Fact>
        {template.terms_of_service && (
          <Fact term={terms.terms.accepted}>
            {content.terms_accepted ? (
              <StatusPill tone="good" label={texts.accepted} />
            ) : (
              <StatusPill tone="bad" label={texts.notAccepted} />
            )}
          </Fact>
        )}
      </Part>
      <Card title={texts.approvers} span={6}>
        {steps.length === 0 ? (
          <p className="muted" style={{ margin: 0, fontSize: '0.875rem' }}>
            {texts.none}
          </p>
        ) : (
          <ol style={{ margin: 0, paddingLeft: 20, fontSize: '0.875rem' }}>
            {steps.map(({ name, least }) => (
              <li key={name}>{texts.step(name, least)}</li>
            ))}
          </ol>
        )}
      </Card>
    </div>
  );
}

function Part({ id, step, children }: { id: string; step: StepName; children: ReactNode }) {
  return (
    <Card
      title={wizard.steps[step]}
      span={6}
      aside={
        <Anchor
          component={Link}
          to="/requests/$id/edit/$step"
          params={{ id, step } as never}
          fz="sm"
          aria-label={wizard.changeOf(wizard.steps[step])}
        >
          {wizard.change}
        </Anchor>
      }
    >
      <dl className="facts">{children}</dl>
    </Card>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd style={{ whiteSpace: 'pre-line' }}>{children || <span className="muted">{texts.notGiven}</span>}</dd>
    </>
  );
}
