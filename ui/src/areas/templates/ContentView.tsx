import type { ReactNode } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { actions } from '@/texts/accounts';
import { drift } from '@/texts/drift';
import { accountTypes, edit, encryptionTypes, fields, rules, sections, vaultKinds } from '@/texts/templates';
import classes from './content.module.css';
import { choices, useNames, type UsersAndGroups } from './useNames';

type Content = Schemas['TemplateContent'];
type Line = [field: string, value: ReactNode];

/** A field's name where its value is read: its unit is said there. */
const readName = (field: string) => (fields[field] ?? field).replace(/, (?:days|hours)\b/, '');

const yesNo = (value: boolean | undefined) => (value ? edit.yes : edit.no);
const days = (value: number | null | undefined) => (value == null ? edit.none : edit.days(value));

function List({ of, none = edit.none }: { of: ReactNode[]; none?: string }) {
  if (of.length === 0) return <>{none}</>;
  return (
    <ul style={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {of.map((item, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index}>{item}</li>
      ))}
    </ul>
  );
}

function lines(content: Content, domain: string, name: (id: string) => string): Record<keyof typeof sections, Line[]> {
  const { vault, directory, ownership, lifecycle, approval } = content;
  const people = (named: UsersAndGroups | undefined) => choices(named, name).map((one) => one.name);
  const urgent = lifecycle.urgent && edit.urgent(lifecycle.urgent.every_hours, lifecycle.urgent.last_days);
  const renews = content.action !== 'delete';
  const { gmsa } = directory;
  return {
    setup: [
      ['account_type', accountTypes[content.account_type]],
      ['action', actions[content.action].label],
      ['purpose', content.purpose || edit.none],
      ['terms_of_service', content.terms_of_service || edit.none],
    ],
    vault: [
      ['vault.kind', vaultKinds[vault.kind]],
      ...(vault.kind === 'none'
        ? []
        : ([
            ['vault.folder', vault.folder ?? edit.none],
            ['vault.sub_folders', yesNo(vault.sub_folders)],
          ] satisfies Line[])),
    ],
    directory: [
      ['directory.domain', domain],
      ['directory.name_prefix', directory.name_prefix || edit.none],
      ['directory.name_pattern', directory.name_pattern ? <code key="">{directory.name_pattern}</code> : edit.none],
      ['directory.ou', directory.ou],
      ['directory.other_ous', <List key="" of={directory.other_ous ?? []} />],
      ['directory.sub_ous', yesNo(directory.sub_ous)],
      ['directory.retirement_ou', directory.retirement_ou ?? edit.none],
      [
        'directory.attributes',
        <List
          key=""
          of={(directory.attributes ?? []).map(({ name: attribute, rule }) =>
            typeof rule === 'string'
              ? `${attribute}: ${rules[rule]}`
              : `${attribute} = ${rule['read-only'].join(', ')}`,
          )}
        />,
      ],
      ['directory.groups', <List key="" of={directory.groups ?? []} />],
      ['directory.optional_groups', <List key="" of={directory.optional_groups ?? []} />],
      ...(gmsa
        ? ([
            ['directory.gmsa.principals', <List key="" of={gmsa.principals} />],
            [
              'directory.gmsa.encryption_types',
              (gmsa.encryption_types ?? []).map((type) => encryptionTypes[type]).join(', ') || edit.none,
            ],
            ['directory.gmsa.password_interval_days', days(gmsa.password_interval_days)],
          ] satisfies Line[])
        : ([['directory.cannot_change_password', yesNo(directory.cannot_change_password)]] satisfies Line[])),
      ['directory.available_to', <List key="" of={(directory.available_to ?? []).map(name)} none={edit.everyone} />],
    ],
    ownership: [
      ['ownership.group_ownership', yesNo(ownership?.group_ownership)],
      ['ownership.requester_only', yesNo(ownership?.requester_only)],
      ['ownership.least', ownership?.least],
      ['ownership.most', ownership?.most],
    ],
    lifecycle: [
      ['lifecycle.periods', lifecycle.periods.join(', ') || edit.none],
      ...(renews
        ? ([
            ['lifecycle.renewal_opens_days', days(lifecycle.renewal_opens_days)],
            ['lifecycle.notify_when_renewal_opens', yesNo(lifecycle.notify_when_renewal_opens)],
            ['lifecycle.remind_every_days', days(lifecycle.remind_every_days)],
            ['lifecycle.urgent', urgent ?? edit.none],
            ['lifecycle.stop_reminding_after_days', days(lifecycle.stop_reminding_after_days)],
          ] satisfies Line[])
        : []),
      ['lifecycle.include_administrators', yesNo(lifecycle.include_administrators)],
      ['lifecycle.other_recipients', <List key="" of={people(lifecycle.other_recipients)} />],
      ...(content.action === 'disable'
        ? ([['lifecycle.enabled_after_end_days', days(lifecycle.enabled_after_end_days)]] satisfies Line[])
        : []),
      ['lifecycle.purge_after_days', days(lifecycle.purge_after_days)],
      [
        'drift.repair',
        <List key="" of={(content.drift?.repair ?? []).map((field) => drift.fields[field])} none={drift.template.none} />,
      ],
    ],
    approval: [
      [
        'approval.steps',
        <List
          key=""
          of={approval.steps.map((step) => (
            <>
              <b>{step.name}</b>: {edit.atLeast(step.least)} {people(step).join(', ')}
              {step.times_out_after_hours != null &&
                `; ${edit.timesOut(step.times_out_after_hours)} ${people(step.fallback).join(', ')}`}
            </>
          ))}
        />,
      ],
      ['approval.hide_approver_names', yesNo(approval.hide_approver_names)],
      ['approval.justification_required', yesNo(approval.justification_required)],
    ],
  };
}

/** All that one version of a template says, section by section. */
export function ContentView({ content }: { content: Content }) {
  const name = useNames(content);
  const can = useCan();
  const domains = api.useQuery('get', '/api/v1/domains', {}, { enabled: can('directory-service:read') });
  const domain = domains.data?.items.find(({ id }) => id === content.directory.domain)?.name ?? '';
  const shown = lines(content, domain, name);
  return (
    <div style={{ display: 'grid', gap: 18 }}>
      {(Object.keys(sections) as (keyof typeof sections)[]).map((section) => (
        <div key={section}>
          <h3 style={{ margin: '0 0 8px', fontSize: '0.875rem', fontWeight: 650 }}>{sections[section].label}</h3>
          <dl className={`facts ${classes['facts']}`}>
            {shown[section].map(([field, value]) => (
              <Fact key={field} name={readName(field)}>
                {value}
              </Fact>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd style={{ whiteSpace: 'pre-wrap' }}>{children}</dd>
    </>
  );
}
