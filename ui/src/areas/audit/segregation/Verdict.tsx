import { Alert, Progress } from '@mantine/core';
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { segregation } from '@/texts/segregation';

const texts = segregation.verdict;

/** The answer first: whether anything was found, from where to where it was looked, and which history that was. */
export function Verdict({ report }: { report: Schemas['SegregationReport'] }) {
  const { clean, complete, from, to, wanted, hash, missing, requests, violations } = report;
  const bad = violations.total > 0 || missing > 0;
  const where = (
    <>
      {texts.where(from, to)}
      {hash && (
        <>
          {' · '}
          {texts.hash} <code style={{ overflowWrap: 'anywhere' }}>{hash}</code>
        </>
      )}
    </>
  );
  if (!complete && !bad) {
    return (
      <Alert variant="light" color="brand" mb="md" icon={<ShieldQuestion size={20} />} title={texts.looking(to, wanted)}>
        <Progress value={wanted === 0 ? 0 : (100 * to) / wanted} mb="xs" aria-label={texts.looking(to, wanted)} />
        {texts.lookingHint}
      </Alert>
    );
  }
  const title =
    violations.total > 0 ? texts.found(violations.total, requests) : bad ? texts.missing(missing) : texts.clean(requests);
  return (
    <Alert
      variant="light"
      color={clean ? 'green' : 'red'}
      role={clean ? 'status' : 'alert'}
      mb="md"
      icon={clean ? <ShieldCheck size={20} /> : <ShieldAlert size={20} />}
      title={title}
    >
      {missing > 0 && <div>{violations.total > 0 ? texts.missing(missing) : texts.missingHint}</div>}
      {!complete && <div>{texts.looking(to, wanted)}</div>}
      {where}
    </Alert>
  );
}
