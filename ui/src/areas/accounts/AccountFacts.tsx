import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { formatInstant } from '@/app/time';
import { Breakable } from '@/components/Breakable';
import { LastDay, Time } from '@/components/Time';
import { account as texts } from '@/texts/account';
import { accounts } from '@/texts/accounts';
import { accountTypes, encryptionTypes } from '@/texts/templates';
import { ownerName } from './OwnerNames';
import { ActionName } from './status';

type Account = Schemas['AccountBody'];

/** What is known about an account. */
export function AccountFacts({ account }: { account: Account }) {
  const { terms } = texts;
  const { gmsa } = account;
  const can = useCan();
  const attributes = Object.entries(account.attributes as Record<string, string[]>).map(
    ([name, values]) => `${name}: ${values.join('; ')}`,
  );
  return (
    <dl className="facts">
      <Fact term={terms.owners}>{!account.removal && <Owners owners={account.owners} />}</Fact>
      <Fact term={terms.removal}>{account.removal?.reason}</Fact>
      <Fact term={terms.useless}>{account.removal?.useless.join('; ')}</Fact>
      <Fact term={terms.description}>{account.description}</Fact>
      <Fact term={terms.template}>
        {!account.removal && (
          <>
            {can('provision-template:read') ? (
              <Link className="link" to="/templates/$id" params={{ id: account.template.id }}>
                {account.template.name}
              </Link>
            ) : (
              account.template.name
            )}
            , {terms.version(account.template_version)}
          </>
        )}
      </Fact>
      <Fact term={terms.type}>{accountTypes[account.account_type]}</Fact>
      <Fact term={terms.domain}>{account.domain.name}</Fact>
      <Fact term={terms.ou}>{account.ou && (
          <>
            <Breakable dn={account.retired ? (account.retirement_ou ?? '') : account.ou} />
            {account.retired && ` (${terms.retired})`}
          </>
        )}</Fact>
      <Fact term={terms.end}>
        {account.lifecycle_end && (
          <>
            <LastDay end={account.lifecycle_end} relative />
            <div className="muted number" style={{ fontSize: '0.8125rem' }}>
              {terms.until(formatInstant(account.lifecycle_end))}
            </div>
          </>
        )}
      </Fact>
      <Fact term={terms.action}>{!account.removal && <ActionName action={account.action} />}</Fact>
      <Fact term={terms.period}>{!account.removal && account.period}</Fact>
      <Fact term={terms.purge}>{account.purge_at && <Time at={account.purge_at} relative />}</Fact>
      <Fact term={terms.groups}>{account.groups.length > 0 && <Lines lines={account.groups} />}</Fact>
      <Fact term={terms.attributes}>{attributes.length > 0 && <Lines lines={attributes} />}</Fact>
      <Fact term={terms.principals}>{gmsa && <Lines lines={gmsa.principals} />}</Fact>
      <Fact term={terms.encryption}>
        {gmsa && (gmsa.encryption_types ?? []).map((type) => encryptionTypes[type]).join(', ')}
      </Fact>
      <Fact term={terms.interval}>
        {gmsa?.password_interval_days && terms.everyDays(gmsa.password_interval_days)}
      </Fact>
      <Fact term={terms.secret}>
        {account.removal ? null : gmsa ? terms.keptByDirectory : account.has_secret ? terms.hasSecret : terms.noSecret}
      </Fact>
      <Fact term={terms.object}>{account.object && <code>{account.object}</code>}</Fact>
      <Fact term={terms.request}>
        {account.removal ? null : account.imported ? terms.imported : <RequestLink id={account.request} label={terms.requestLink} />}
      </Fact>
      <Fact term={terms.renewalRequest}>
        {account.renewal_request && <RequestLink id={account.renewal_request} label={terms.renewalLink} />}
      </Fact>
      <Fact term={terms.changeRequest}>
        {account.change_request && <RequestLink id={account.change_request} label={terms.changeLink} />}
      </Fact>
      <Fact term={terms.successor}>{account.succeeded_by && <AccountLink id={account.succeeded_by} />}</Fact>
      <Fact term={terms.predecessor}>{account.revives && <AccountLink id={account.revives} />}</Fact>
    </dl>
  );
}

/** A term and what it is; left out where there is nothing to say. */
function Fact({ term, children }: { term: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Owners({ owners }: { owners: Schemas['OwnerBody'][] }) {
  if (owners.length === 0) return <b style={{ color: 'var(--mantine-color-error)' }}>{accounts.noOwner}</b>;
  return <Lines lines={owners.map(ownerName)} />;
}

function Lines({ lines }: { lines: string[] }) {
  return (
    <>
      {lines.map((line) => (
        <div key={line}>
          <Breakable dn={line} />
        </div>
      ))}
    </>
  );
}

function RequestLink({ id, label }: { id: string; label: string }) {
  return (
    <Link className="link" to="/requests/$id" params={{ id }}>
      {label}
    </Link>
  );
}

function AccountLink({ id }: { id: string }) {
  return (
    <Link className="link" to="/accounts/$id" params={{ id }}>
      {texts.terms.thisAccount}
    </Link>
  );
}
