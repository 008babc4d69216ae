import { EmptyState } from '@/components/EmptyState';
import { PageHead } from '@/components/PageHead';

/** Stands where an engineer's page comes; must be gone before the application is called done. */
export default function Pending() {
  return (
    <>
      <PageHead title="Being built" />
      <div className="card">
        <EmptyState title="This page is being built" hint="It is not part of the application yet." />
      </div>
    </>
  );
}
