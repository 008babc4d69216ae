import { Link, useParams } from '@tanstack/react-router';
import { api } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { templates, wizard as texts } from '@/texts/templates';
import { STEPS } from './fieldName';
import { WizardForm } from './WizardForm';

/** The draft of a template, section by section; each has an address. */
export default function WizardPage() {
  const { id, step } = useParams({ from: '/templates/$id/edit/$step' });
  const template = api.useQuery('get', '/api/v1/templates/{id}', { params: { path: { id } } });
  const version = template.data?.draft ?? 0;
  const draft = api.useQuery(
    'get',
    '/api/v1/templates/{id}/versions/{version}',
    { params: { path: { id, version } } },
    { enabled: version > 0 },
  );
  const parent = { label: templates.title, to: '/templates' } as const;
  const error = template.error ?? draft.error;
  if (error) {
    return (
      <>
        <PageHead title={texts.newTitle} parent={parent} />
        <ProblemAlert problem={error} retry={() => void (template.error ? template : draft).refetch()} />
      </>
    );
  }
  if (template.data && (template.data.draft == null || template.data.awaiting_approval)) {
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
  if (!template.data || !draft.data) {
    return (
      <>
        <PageHead title={texts.newTitle} parent={parent} />
        <LoadingRows rows={10} />
      </>
    );
  }
  return (
    <WizardForm
      key={`${id} ${version}`}
      template={template.data}
      saved={draft.data.content}
      step={STEPS.find((known) => known === step) ?? 'setup'}
    />
  );
}
