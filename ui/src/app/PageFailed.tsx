import { Button } from '@mantine/core';
import { EmptyState } from '@/components/EmptyState';
import { PageHead } from '@/components/PageHead';
import { shell } from '@/texts/common';

/** A page that broke while drawing, or whose file is gone since an update. */
export function PageFailed({ error }: { error: unknown }) {
  const { title, hint, reload } = shell.pageFailed;
  const detail = error instanceof Error ? error.message : '';
  return (
    <>
      <PageHead title={title} />
      <div className="card" role="alert">
        <EmptyState title={hint} hint={detail} action={<Button onClick={() => location.reload()}>{reload}</Button>} />
      </div>
    </>
  );
}
