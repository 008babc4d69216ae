import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { templates, wizard as texts } from '@/texts/templates';
import { newContent } from './content';
import { WizardForm } from './WizardForm';

/** The first section of a template that is not on the server yet. */
export default function NewTemplatePage() {
  const domains = api.useQuery('get', '/api/v1/domains', {});
  const domain = domains.data?.items.find(({ enabled }) => enabled) ?? domains.data?.items[0];
  if (!domain) {
    return (
      <>
        <PageHead title={texts.newTitle} parent={{ label: templates.title, to: '/templates' }} />
        {domains.data ? (
          <div className="card">
            <EmptyState
              {...texts.noDomain}
              action={
                <Button component={Link} to="/domains">
                  {texts.toDomains}
                </Button>
              }
            />
          </div>
        ) : domains.error ? (
          <ProblemAlert problem={domains.error} retry={() => void domains.refetch()} />
        ) : (
          <LoadingRows rows={10} />
        )}
      </>
    );
  }
  return <WizardForm saved={newContent(domain.id)} step="setup" />;
}
