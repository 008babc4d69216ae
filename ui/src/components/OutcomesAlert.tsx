import { Alert, List } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Check, CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { common } from '@/texts/common';

/** More than people read; the number in the title is of all. */
const SHOWN = 100;

interface Props {
  /** How many were accepted, and for what. */
  title: string;
  /** What follows for those. */
  follows: ReactNode;
  /** Accounts that were refused, each with its reason. */
  refused: { id: string; name: string; why: string | undefined }[];
  /** How many were refused. */
  refusedTitle: (count: number) => string;
  onClose: () => void;
}

/** What became of many accounts, each by itself: it stays until it is put away. */
export function OutcomesAlert({ title, follows, refused, refusedTitle, onClose }: Props) {
  const fine = refused.length === 0;
  return (
    <Alert
      role="status"
      color={fine ? 'teal' : 'red'}
      variant="light"
      icon={fine ? <Check size={18} /> : <CircleAlert size={18} />}
      title={title}
      mb="md"
      withCloseButton
      closeButtonLabel={common.dismiss}
      onClose={onClose}
    >
      {/* Nothing rather than an empty line. */}
      {fine ? (
        follows
      ) : (
        <>
          {follows}
          <div>{refusedTitle(refused.length)}</div>
          <List size="sm" mt={4}>
            {refused.slice(0, SHOWN).map(({ id, name, why }) => (
              <List.Item key={id}>
                <Link className="link" to="/accounts/$id" params={{ id }}>
                  {name || id.slice(0, 8)}
                </Link>
                : {why}
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Alert>
  );
}
