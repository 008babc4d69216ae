import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCan } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { discovery } from '@/texts/discovery';

/** There is nowhere to look yet. */
export function NoDomain() {
  const can = useCan();
  const add = can('directory-service:create') && (
    <Button component={Link} to="/domains">
      {discovery.toDomains}
    </Button>
  );
  return <EmptyState {...discovery.noDomain} action={add} />;
}
