import type { Schemas } from '@/api/client';

export type Content = Schemas['TemplateContent'];

/** What a new template says until somebody says otherwise. */
export function newContent(domain: string): Content {
  return {
    name: '',
    purpose: '',
    account_type: 'ad-user',
    action: 'review',
    vault: { kind: 'built-in', sub_folders: false },
    directory: { domain, ou: '', name_prefix: '', sub_ous: false, cannot_change_password: false },
    ownership: { group_ownership: true, requester_only: false, least: 1, most: 10 },
    lifecycle: {
      periods: ['6 months', '1 year'],
      renewal_opens_days: 30,
      notify_when_renewal_opens: true,
      remind_every_days: 7,
      include_administrators: false,
      enabled_after_end_days: 7,
    },
    approval: { steps: [], hide_approver_names: false, justification_required: true },
  };
}

export type AccountType = Content['account_type'];

/** What is new of the other type is there, and what it does not have is left out. */
export function ofType(content: Content, account_type: AccountType): Content {
  if (content.account_type === account_type) return content;
  const { gmsa: _, ...directory } = content.directory;
  if (account_type === 'ad-user') return { ...content, account_type, directory, vault: { kind: 'built-in', sub_folders: false } };
  return {
    ...content,
    account_type,
    vault: { kind: 'none', sub_folders: false },
    directory: { ...directory, cannot_change_password: false, gmsa: newGmsa },
  };
}

export const newGmsa: Schemas['Gmsa'] = {
  principals: [],
  encryption_types: ['aes128', 'aes256'],
  password_interval_days: 30,
};

/** What does not go together is left out: an account that is deleted at its end is never renewed. */
export function consistent(content: Content): Content {
  if (content.action !== 'delete') return content;
  const lifecycle = { ...content.lifecycle };
  delete lifecycle.renewal_opens_days;
  delete lifecycle.remind_every_days;
  delete lifecycle.urgent;
  delete lifecycle.stop_reminding_after_days;
  return { ...content, lifecycle };
}
