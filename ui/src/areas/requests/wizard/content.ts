import type { Schemas } from '@/api/client';
import { wizard } from '@/texts/wizard';

export type Content = Schemas['RequestContent'];
export type Template = Schemas['TemplateContent'];
export type StepName = 'account' | 'owners' | 'reason' | 'review';
/** What is wrong, by the path of the field, as the API names it. */
export type Errors = Record<string, string>;

const texts = wizard.errors;
const LONGEST_JUSTIFICATION = 2_000;
const LONGEST_DESCRIPTION = 1_000;

/** Which steps there are depends on what is asked for. */
export function stepsOf(kind: Content['kind']['type']): StepName[] {
  if (kind === 'renewal') return ['reason', 'review'];
  if (kind === 'change') return ['account', 'reason', 'review'];
  return ['account', 'owners', 'reason', 'review'];
}

/** The step that a field is on. */
export function stepOf(field: string, kind: Content['kind']['type']): StepName {
  const name = field.replace(/[.[].*$/, '');
  const wanted: StepName =
    name === 'owners' || name === 'period' ? 'owners' : ['justification', 'terms_accepted'].includes(name) ? 'reason' : 'account';
  const steps = stepsOf(kind);
  return steps.includes(wanted) ? wanted : 'reason';
}

/** Is `dn` one of these, or with `below` beneath one? */
export function allowsOu(dn: string, template: Template): boolean {
  const { ou, other_ous: others = [], sub_ous: below } = template.directory;
  const folded = dn.toLowerCase();
  return [ou, ...others].some((base) => {
    const end = base.toLowerCase();
    return folded === end || (below === true && folded.endsWith(`,${end}`));
  });
}

/** What a requester can see to be wrong before the server is asked: a help, the server decides. */
export function problemsOf(content: Content, template: Template): Errors {
  const errors: Errors = {};
  const { approval, directory, lifecycle, terms_of_service: terms } = template;
  const kind = content.kind.type;
  const say = (field: string, message: string) => {
    errors[field] ??= message;
  };
  if (kind === 'new-account') {
    const name = content.name ?? '';
    if (name.trim() === '') say('name', texts.missing);
    else if (!name.startsWith(directory.name_prefix ?? '')) say('name', texts.prefix(directory.name_prefix ?? ''));
    if (content.ou && !allowsOu(content.ou, template)) say('ou', texts.ou);
    const root = template.vault.folder;
    if (content.folder && root && content.folder !== root && !content.folder.startsWith(`${root}/`)) {
      say('folder', texts.folder(root));
    }
    ownersProblems(content, template, say);
    if (lifecycle.periods.length > 1 && !content.period) say('period', texts.noPeriod);
  }
  if (kind !== 'renewal') {
    for (const { name, rule } of directory.attributes ?? []) {
      const given = content.attributes?.[name];
      // A change leaves what is not given as it is.
      const absent = kind === 'change' ? given?.length === 0 : !given || given.length === 0;
      if (rule === 'required' && absent) say(`attributes.${name}`, texts.missing);
    }
  }
  if ((content.description ?? '').length > LONGEST_DESCRIPTION) say('description', texts.tooLong(LONGEST_DESCRIPTION));
  const justification = content.justification ?? '';
  if (approval.justification_required && justification.trim() === '') say('justification', texts.missing);
  if (justification.length > LONGEST_JUSTIFICATION) say('justification', texts.tooLong(LONGEST_JUSTIFICATION));
  if (terms && !content.terms_accepted) say('terms_accepted', texts.notAccepted);
  return errors;
}

function ownersProblems(content: Content, template: Template, say: (field: string, message: string) => void): void {
  const { least = 1, most = 10, requester_only: only } = template.ownership ?? {};
  const count = 1 + (content.owners?.length ?? 0);
  if (!only && count < least) say('owners', texts.tooFewOwners(least));
  if (count > most) say('owners', texts.tooManyOwners(most));
}

/** Of a field and of what is in it: `owners` and `owners[2]`. */
export function errorAt(errors: Errors, field: string): string | undefined {
  const within = Object.keys(errors).find((known) => known === field || known.startsWith(`${field}[`));
  return within === undefined ? undefined : errors[within];
}
