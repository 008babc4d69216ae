import { fields } from '@/texts/templates';

export const SECTIONS = ['setup', 'vault', 'directory', 'ownership', 'lifecycle', 'approval'] as const;
export type Section = (typeof SECTIONS)[number];
export const STEPS = [...SECTIONS, 'review'] as const;
export type Step = (typeof STEPS)[number];

/** The section that a field belongs to, by its path: `lifecycle.periods[0]`. */
export function sectionOf(field: string): Section {
  const [head] = field.split(/[.[]/);
  if (head === 'drift') return 'lifecycle';
  return SECTIONS.find((section) => section === head) ?? 'setup';
}

/** What people call it: `approval.steps[Manager].least` is "How many must approve (Manager)". */
export function fieldName(field: string): string {
  const label = fields[field.replaceAll(/\[[^\]]*\]/g, '')] ?? field;
  const which = [...field.matchAll(/\[([^\]]*)\]/g)].map(([, inner = '']) =>
    /^\d+$/.test(inner) ? String(Number(inner) + 1) : inner,
  );
  return which.length > 0 ? `${label} (${which.join(', ')})` : label;
}

/** A message of the server that names another field by its path, as people read it. */
export function readable(message: string): string {
  return message.replaceAll(/\b(?:vault|directory|ownership|lifecycle|approval|drift)\.[\w.[\]]*\w\]?/g, fieldName);
}
