import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { formatInstant } from '@/app/time';
import { synchronisation } from '@/texts/synchronisation';

const texts = synchronisation.state;

/** Why a domain could not be read, with the remedy and the directory's own words. */
export function FailedAlert({ failed }: { failed: Schemas['FailedSyncBody'] }) {
  const { failure, at } = failed;
  return (
    <Alert color="red" variant="light" mb="md" icon={<CircleAlert size={18} />} title={texts.failed}>
      <div>{failure.explanation}</div>
      {failure.detail && <div className="muted">{failure.detail}</div>}
      <div style={{ marginTop: 4 }}>{texts.failedHint(formatInstant(at))}</div>
    </Alert>
  );
}
