import { Alert, Button } from '@mantine/core';
import { UsersRound } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { OffReason } from '@/components/OffReason';
import { common } from '@/texts/common';
import { followed } from '@/texts/followed';

type Held = Schemas['HeldPeople'];

const texts = followed.held;
/** Enough to see who it is about. */
const NAMED = 20;

/** More people would come or leave than may at once: who, and letting them. */
export function HeldAlert({ domain, held }: { domain: string; held: Held }) {
  const can = useCan();
  const [deciding, setDeciding] = useState(false);
  const allow = api.useMutation('post', '/api/v1/domains/{id}/people/allow');
  const { coming, leaving } = held;
  const may = can('directory-service:update') && can('user:create') && can('user:delete');
  return (
    <Alert color="yellow" variant="light" mb="md" icon={<UsersRound size={18} />} title={texts.title}>
      <p style={{ margin: '0 0 8px' }}>{texts.text(coming, leaving)}</p>
      <dl className="facts">
        <Who term={texts.comes} people={held.who_comes} count={coming} />
        <Who term={texts.leaves} people={held.who_leaves} count={leaving} />
      </dl>
      <OffReason reason={may ? undefined : common.noPermission}>
        <Button mt="sm" disabled={!may} onClick={() => setDeciding(true)}>
          {texts.act}
        </Button>
      </OffReason>
      {deciding && (
        <ConfirmDialog
          title={texts.title}
          consequence={texts.consequence(coming, leaving)}
          act={texts.act}
          danger={leaving > 0}
          askReason
          onConfirm={(reason) =>
            allow.mutateAsync({ params: { path: { id: domain } }, body: { coming, leaving, reason } })
          }
          onClose={() => setDeciding(false)}
        />
      )}
    </Alert>
  );
}

function Who({ term, people, count }: { term: string; people: Schemas['Named'][]; count: number }) {
  if (count === 0) return null;
  const names = people.slice(0, NAMED).map(({ name }) => name);
  const rest = count - names.length;
  return (
    <>
      <dt>{term}</dt>
      <dd>
        {names.join(', ')}
        {rest > 0 && ` ${texts.more(rest)}`}
      </dd>
    </>
  );
}
