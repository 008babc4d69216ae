import { Skeleton, Stack } from '@mantine/core';
import { common } from '@/texts/common';

/** In place of rows that are on their way. */
export function LoadingRows({ rows = 8 }: { rows?: number }) {
  return (
    <Stack gap={10} p="md" role="status" aria-label={common.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} h={22} />
      ))}
    </Stack>
  );
}
