import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { templates, wizard as texts } from '@/texts/templates';
import type { Content } from './content';
import { STEPS } from './fieldName';
import { WizardForm } from './WizardForm';

/** A draft in which something is typed that is not saved. */
interface Held {
  version: number;
  saved: Content;
}

/** The draft of a template, section by section; each has an address. */
export default function WizardPage() {
  const { id } = useParams({ from: '/templates/$id/edit/$step' });
  // Another template begins anew.
  return <OneDraft key={id} id={id} />;
}

function OneDraft({ id }: { id: string }) {
  const { step } = useParams({ from: '/templates/$id/edit/$step' });
  const template = api.useQuery('get', '/api/v1/templates/{id}', { params: { path: { id } } });
  // While something is typed the form stays that of the draft that it was typed into, whatever becomes of that one.
  const [held, setHeld] = useState<Held | null>(null);
  const version = held?.version ?? template.data?.draft ?? 0;
  const draft = api.useQuery(
    'get',
    '/api/v1/templates/{id}/versions/{version}',
    { params: { path: { id, version } } },
    { enabled: version > 0 && !held },
  );
  const parent = { label: templates.title, to: '/templates' } as const;
  // What was shown stays when asking anew fails: somebody may have been typing for a while.
  const saved = held?.saved ?? draft.data?.content;
  const error = (!template.data && template.error) || (template.data?.draft != null && !saved && draft.error);
  if (error) {
    return (
      <>
        <PageHead title={texts.newTitle} parent={parent} />
        <ProblemAlert problem={error} retry={() => void (template.error ? template : draft).refetch()} />
      </>
    );
  }
  if (template.data && !held && (template.data.draft == null || template.data.awaiting_approval)) {
    return (
      <>
        <PageHead title={template.data.name} parent={parent} />
        <EmptyState
          {...texts.notEditable}
          action={
            <Link className="link" to="/templates/$id" params={{ id }}>
              {texts.notEditable.back}
            </Link>
          }
        />
      </>
    );
  }
  if (!template.data || !saved) {
    return (
      <>
        <PageHead title={texts.newTitle} parent={parent} />
        <LoadingRows rows={10} />
      </>
    );
  }
  return (
    <WizardForm
      key={version}
      template={template.data}
      version={version}
      saved={saved}
      step={STEPS.find((known) => known === step) ?? 'setup'}
      hold={(dirty) => setHeld(dirty ? { version, saved } : null)}
    />
  );
}
