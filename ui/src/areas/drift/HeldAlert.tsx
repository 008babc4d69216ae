import { Alert, Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Hand } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { useCan } from '@/api/session';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { OffReason } from '@/components/OffReason';
import { common } from '@/texts/common';
import { drift } from '@/texts/drift';

const texts = drift.held;

interface Props {
  domain: { id: string; name: string };
  /** Is a way to the list needed? */
  elsewhere?: boolean;
}

/** More accounts of a domain were to be repaired than may be at once: how many, and deciding. Nothing where that is not so. */
export function HeldAlert({ domain, elsewhere = false }: Props) {
  const can = useCan();
  const answer = api.useQuery('get', '/api/v1/domains/{id}/synchronisation', { params: { path: { id: domain.id } } });
  const decide = api.useMutation('post', '/api/v1/domains/{id}/drift/decide');
  const [decision, setDecision] = useState<'repair' | 'leave' | null>(null);
  const held = answer.data?.held_repair;
  if (!held) return null;
  const may = can('managed-account:update:all');
  const off = may ? undefined : common.noPermission;
  return (
    <Alert color="yellow" variant="light" mb="md" icon={<Hand size={18} />} title={texts.title(domain.name)}>
      {texts.text(held.accounts, held.allowed, held.managed)}
      <Group gap="xs" mt="sm">
        <OffReason reason={off}>
          <Button size="xs" disabled={!may} onClick={() => setDecision('repair')}>
            {texts.repair}
          </Button>
        </OffReason>
        <OffReason reason={off}>
          <Button size="xs" variant="default" disabled={!may} onClick={() => setDecision('leave')}>
            {texts.leave}
          </Button>
        </OffReason>
        {elsewhere && (
          <Button size="xs" variant="default" component={Link} to="/drift" search={{ domain: domain.id, standing: 'held' } as never}>
            {texts.show}
          </Button>
        )}
      </Group>
      {decision && (
        <ConfirmDialog
          title={`${texts[decision]}: ${domain.name}`}
          consequence={texts[`${decision}Consequence`](domain.name)}
          act={texts[decision]}
          askReason
          onConfirm={(reason) => decide.mutateAsync({ params: { path: { id: domain.id } }, body: { decision, reason } })}
          onClose={() => setDecision(null)}
        />
      )}
    </Alert>
  );
}
