import { EmptyState } from '@/components/EmptyState';
import { PageHead } from '@/components/PageHead';
import { shell } from '@/texts/common';

export function NotFound() {
  return (
    <>
      <PageHead title={shell.notFound.title} />
      <div className="card">
        <EmptyState title={shell.notFound.heading} hint={shell.notFound.hint} />
      </div>
    </>
  );
}
