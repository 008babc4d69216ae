import { Alert, List } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Check, CircleAlert } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { approvals as texts } from '@/texts/approvals';
import { common } from '@/texts/common';

export interface Outcome {
  verdict: Schemas['Verdict'];
  accepted: number;
  refused: { id: string; name: string; problem: Pick<Schemas['Problem'], 'title' | 'detail'> }[];
}

/** What became of each request that was decided on: it stays until it is put away. */
export function DecidedAlert({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const { verdict, accepted, refused } = outcome;
  const done = verdict === 'approve' ? texts.results.approved(accepted) : texts.results.rejected(accepted);
  const fine = refused.length === 0;
  return (
    <Alert
      role="status"
      color={fine ? 'teal' : 'red'}
      variant="light"
      icon={fine ? <Check size={18} /> : <CircleAlert size={18} />}
      title={done}
      mb="md"
      withCloseButton
      closeButtonLabel={common.dismiss}
      onClose={onClose}
    >
      {!fine && (
        <>
          {texts.results.refused(refused.length)}
          <List size="sm" mt={4}>
            {refused.map(({ id, name, problem }) => (
              <List.Item key={id}>
                <Link className="link" to="/requests/$id" params={{ id }}>
                  {name}
                </Link>
                : {problem.title}. {problem.detail}
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Alert>
  );
}
