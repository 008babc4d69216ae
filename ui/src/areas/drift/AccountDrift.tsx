import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { Card } from '@/components/Card';
import { OffReason } from '@/components/OffReason';
import { common } from '@/texts/common';
import { drift as texts } from '@/texts/drift';
import { Differences } from './Differences';
import { RepairDialog } from './RepairDialog';
import { RepairedAlert } from './RepairedAlert';
import { StandingPill } from './StandingPill';
import type { Repaired } from './useRepair';

/** On an account's page: what its directory says of it otherwise. */
export function AccountDrift({ account }: { account: Schemas['AccountBody'] }) {
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<Repaired[]>([]);
  const { drift } = account;
  if (!drift) return null;
  const off = () => {
    if (!can('managed-account:update:all') && !(account.own && can('managed-account:update'))) return common.noPermission;
    if (drift.standing === 'repairing') return texts.repair.underWay;
    return drift.differences.some(({ repairable }) => repairable) ? undefined : texts.repair.gone;
  };
  return (
    <>
      {refused.length > 0 && (
        <RepairedAlert outcomes={refused} nameOf={() => account.name} onClose={() => setRefused([])} />
      )}
      <div className="grid" style={{ marginBottom: 16 }}>
        <Card title={texts.account.title} aside={<StandingPill standing={drift.standing} />}>
          <p className="muted" style={{ margin: '0 0 8px', fontSize: '0.875rem' }}>
            {texts.account.hint}
          </p>
          <Differences differences={drift.differences} notCompared={drift.not_compared} />
          <Group gap="sm" mt="sm">
            <OffReason reason={off()}>
              <Button size="xs" disabled={off() !== undefined} onClick={() => setAsking(true)}>
                {texts.repair.one}
              </Button>
            </OffReason>
            <Link className="link" to="/drift">
              {texts.account.all}
            </Link>
          </Group>
        </Card>
      </div>
      {asking && (
        <RepairDialog
          accounts={[account.id]}
          onDone={(outcomes) => setRefused(outcomes.filter(({ problem }) => problem))}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
