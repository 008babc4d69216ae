import { Alert } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { common } from '@/texts/common';
import { removing } from '@/texts/discovery';
import type { RemovalOutcome } from './useRemoval';

const texts = removing.done;

interface Props {
  domain: string;
  outcomes: RemovalOutcome[];
  onClose: () => void;
}

/** What became of the accounts that were to be removed: an engine still looks at each. */
export function RemovedAlert({ domain, outcomes, onClose }: Props) {
  const refused = outcomes.filter(({ problem }) => problem);
  const accepted = outcomes.length - refused.length;
  return (
    <Alert
      role="status"
      mb="md"
      color={refused.length > 0 ? 'yellow' : 'blue'}
      variant="light"
      icon={<Trash2 size={18} />}
      title={texts.title(accepted, refused.length)}
      withCloseButton
      closeButtonLabel={common.dismiss}
      onClose={onClose}
    >
      {accepted > 0 && <p style={{ margin: '0 0 8px' }}>{texts.follows}</p>}
      {refused.length > 0 && (
        <ul style={{ margin: '0 0 8px', paddingInlineStart: 18 }}>
          {refused.map(({ object, name, problem }) => (
            <li key={object}>
              <b>{name || object}</b>: {[problem?.detail, ...(problem?.errors ?? []).map(({ message }) => message)].filter(Boolean).join(' ')}
            </li>
          ))}
        </ul>
      )}
      <Link className="link" to="/unmanaged/removals" search={{ domain } as never}>
        {texts.link}
      </Link>
    </Alert>
  );
}
