import type { Schemas } from '@/api/client';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { templateStatuses } from '@/texts/templates';

export type TemplateStatus = keyof typeof templateStatuses;

export const TEMPLATE_STATUSES = Object.keys(templateStatuses) as TemplateStatus[];

const TONES: Record<TemplateStatus, Tone> = {
  draft: 'pending',
  'awaiting-approval': 'warning',
  published: 'good',
  unpublished: 'off',
  disabled: 'off',
};

/** Where a template stands, in one word. */
export function templateStatus(template: Schemas['Standing']): TemplateStatus {
  if (!template.enabled) return 'disabled';
  if (template.awaiting_approval) return 'awaiting-approval';
  if (template.published) return 'published';
  return template.versions.length > 0 ? 'unpublished' : 'draft';
}

export function TemplateStatusPill({ template }: { template: Schemas['Standing'] }) {
  const status = templateStatus(template);
  return <StatusPill tone={TONES[status]} {...templateStatuses[status]} />;
}
