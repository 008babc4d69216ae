import { Button, Menu } from '@mantine/core';
import { ChevronDown } from 'lucide-react';
import { useCan } from '@/api/session';
import { many as texts } from '@/texts/accounts';
import type { AccountAct } from './useMany';

const DANGER = new Set<AccountAct>(['disable', 'end-now']);

/** What can be done with all that are chosen; for which it is off, the dialog says. */
export function ManyMenu({ start }: { start: (act: AccountAct) => void }) {
  const can = useCan();
  const acts: AccountAct[] = ['renew', 'decline-renewal', 'enable', 'change-owners', 'disable'];
  if (can('managed-account:update:all')) acts.push('end-now');
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <Button size="xs" rightSection={<ChevronDown size={14} />}>
          {texts.open}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {acts.map((act) => (
          <Menu.Item
            key={act}
            {...(DANGER.has(act) ? { color: 'var(--mantine-color-error)' } : {})}
            onClick={() => start(act)}
          >
            {texts.acts[act].label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
