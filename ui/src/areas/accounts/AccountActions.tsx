import { Button, Menu } from '@mantine/core';
import { ChevronDown, KeyRound, RefreshCw } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { OffReason } from '@/components/OffReason';
import { account as texts } from '@/texts/account';
import { common } from '@/texts/common';
import { reveal } from '@/texts/reveal';
import type { Act } from './OptionDialog';

type Account = Schemas['AccountBody'];
type Option = Schemas['LifecycleOption'];

export type Opened = Act | 'owners' | 'change' | 'reveal';

interface Props {
  account: Account;
  open: (what: Opened) => void;
}

interface Item {
  what: Opened;
  label: string;
  off: string | undefined;
  danger?: boolean;
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The options of the lifecycle table, each on or off as the server says, with its reason. */
export function AccountActions({ account, open }: Props) {
  const can = useCan();
  const offOf = (option: Option): string | undefined => {
    const found = account.options.find((candidate) => candidate.option === option);
    if (!found || found.allowed) return found ? undefined : common.noPermission;
    return sentence(found.explanation ?? common.noPermission);
  };
  const offered = (option: Option) => account.options.some((found) => found.option === option && found.off !== 'not-offered');
  const renewal: Option = offered('submit-renewal') && !offered('renew') ? 'submit-renewal' : 'renew';
  const power: Option = account.enabled ? 'disable' : 'enable';
  const mayChange = can('managed-account:update:all') || (account.own && can('managed-account:update'));
  const changeOff = mayChange ? undefined : common.noPermission;
  const askOff = () => {
    if (account.status === 'deleted') return texts.change.deleted;
    if (account.status === 'provisioning') return texts.busy;
    if (account.change_request) return texts.change.pending;
    return can('provision-request:create') ? changeOff : common.noPermission;
  };
  const item = (option: Option, danger = false): Item => ({
    what: option,
    label: texts.options[option].label,
    off: offOf(option),
    danger,
  });
  const renewalOpen = offOf(renewal) === undefined && !account.renewal_declined;
  // The directory refused it before it was ever managed.
  const refusedImport = account.imported && account.status === 'provisioning' && account.directory.state === 'failed';
  const more: Item[] = [
    ...(renewalOpen ? [{ what: 'decline' as const, label: texts.decline.label, off: changeOff }] : []),
    { what: 'owners', label: texts.owners.open, off: changeOff },
    { what: 'change', label: texts.change.label, off: askOff() },
    item('clone'),
    item('delete', true),
    ...(account.status === 'deleted' ? [item('purge', true)] : []),
  ];
  const noSecret = account.gmsa ? texts.terms.keptByDirectoryHint : texts.terms.noSecretHint;
  const revealOff = account.has_secret ? (account.own ? undefined : texts.onlyOwnersReveal) : noSecret;
  return (
    <>
      {refusedImport && (
        <Main
          item={{
            what: 'takeBack',
            label: texts.takeBack.label,
            off: can('managed-account:update:all') ? undefined : common.noPermission,
          }}
          open={open}
        />
      )}
      <Main item={item(renewal)} open={open} primary />
      <Main item={item(power, power === 'disable')} open={open} />
      <OffReason reason={revealOff}>
        <Button
          variant="default"
          leftSection={<KeyRound size={15} />}
          disabled={!!revealOff}
          onClick={() => open('reveal')}
        >
          {reveal.open}
        </Button>
      </OffReason>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={15} />}>
            {texts.more}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {more.map((entry) => (
            <MoreItem key={entry.what} item={entry} open={open} />
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function Main({ item, open, primary = false }: { item: Item; open: Props['open']; primary?: boolean }) {
  return (
    <OffReason reason={item.off}>
      <Button
        variant={primary ? 'filled' : 'default'}
        leftSection={primary ? <RefreshCw size={15} /> : undefined}
        disabled={!!item.off}
        onClick={() => open(item.what)}
      >
        {item.label}
      </Button>
    </OffReason>
  );
}

function colourOf({ off, danger }: Item): string | undefined {
  if (off) return 'var(--muted)';
  return danger ? 'var(--mantine-color-error)' : undefined;
}

/** Off items stay in the menu, can be reached by keyboard, and say why. */
function MoreItem({ item, open }: { item: Item; open: Props['open'] }) {
  return (
    <Menu.Item
      aria-disabled={item.off ? true : undefined}
      closeMenuOnClick={!item.off}
      onClick={() => {
        if (!item.off) open(item.what);
      }}
    >
      <span style={{ color: colourOf(item) }}>{item.label}</span>
      {item.off && (
        <div className="muted" style={{ fontSize: '0.75rem' }}>
          {item.off}
        </div>
      )}
    </Menu.Item>
  );
}
