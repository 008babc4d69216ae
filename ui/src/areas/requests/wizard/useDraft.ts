import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { asProblem, fieldErrors, problemName, type Problem } from '@/api/problem';
import type { OwnerChoice } from '@/components/OwnersSelect';
import { problemsOf, stepOf, type Content, type Errors, type StepName, type Template } from './content';

type Request = Schemas['RequestBody'];

/** A draft while it is written: kept here until the server has it, whatever fails in between. */
export interface Draft {
  content: Content;
  owners: OwnerChoice[];
  change: (part: Partial<Content>, fields: string[]) => void;
  changeOwners: (owners: OwnerChoice[]) => void;
  /** What is shown as wrong: what was left, what a refused step or submission named. */
  errors: Errors;
  /** A field was left: it is looked at from now on. */
  left: (field: string) => void;
  /** Looks at all fields of a step; is there anything wrong? */
  check: (step: StepName) => boolean;
  dirty: boolean;
  busy: boolean;
  /** Why the last save or submission failed. */
  problem: Problem | null;
  save: () => Promise<boolean>;
  /** Saves and submits; answers the step with the first thing wrong, or that it was accepted. */
  submit: () => Promise<'accepted' | 'failed' | StepName>;
}

const ownersOf = (people: OwnerChoice[]): Content['owners'] =>
  people.map(({ kind, id }) => ({ kind: kind === 'group' ? 'group' : 'user', id }));

/** Empty lines among the values of an attribute are no values. */
function tidy(content: Content): Content {
  const entries = Object.entries(content.attributes ?? {});
  const filled = entries.map(([name, values]) => [name, values.map((value) => value.trim()).filter(Boolean)] as const);
  return { ...content, name: (content.name ?? '').trim(), attributes: Object.fromEntries(filled) };
}

/** The same content, with nothing left out. */
function full(content: Content): string {
  const { owners = [], attributes = {}, name = '', description = '', justification = '' } = content;
  const sorted = Object.entries(attributes).toSorted(([a], [b]) => a.localeCompare(b));
  const groups = content.groups ?? null;
  return JSON.stringify([
    name,
    description,
    justification,
    owners,
    sorted,
    groups,
    content.period ?? null,
    content.ou ?? null,
    content.folder ?? null,
    content.terms_accepted ?? false,
  ]);
}

export function useDraft(request: Request, template: Template): Draft {
  const [content, setContent] = useState(request.content);
  const [owners, setOwners] = useState(request.owners);
  const [saved, setSaved] = useState(() => full(request.content));
  const [looked, setLooked] = useState<ReadonlySet<string>>(new Set());
  const [told, setTold] = useState<Errors>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const revise = api.useMutation('post', '/api/v1/requests/{id}/revise');
  const hand = api.useMutation('post', '/api/v1/requests/{id}/submit');
  const kind = content.kind.type;
  const own = problemsOf(content, template);
  const errors: Errors = { ...told };
  for (const [field, message] of Object.entries(own)) if (looked.has(field)) errors[field] ??= message;
  const dirty = full(content) !== saved;

  const take = (next: Content, fields: string[]) => {
    setContent(next);
    const concerned = (field: string) => fields.some((changed) => field === changed || field.startsWith(`${changed}[`));
    setTold((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !concerned(field))));
  };
  const look = (fields: string[]) => setLooked((before) => new Set([...before, ...fields]));
  const fail = (error: unknown): Errors => {
    const said = asProblem(error);
    setProblem(said);
    const named = fieldErrors(said);
    // A name that somebody took meanwhile is a problem of the name.
    if (problemName(said) === 'name-taken' && Object.keys(named).length === 0) named['name'] = said.detail;
    setTold(named);
    return named;
  };
  const send = async () => {
    const written = full(content);
    await revise.mutateAsync({
      params: { path: { id: request.id } },
      body: tidy(content),
    });
    setSaved(written);
  };
  const guarded = async <T>(work: () => Promise<T>, failed: (errors: Errors) => T): Promise<T> => {
    setBusy(true);
    setProblem(null);
    try {
      return await work();
    } catch (error) {
      return failed(fail(error));
    } finally {
      setBusy(false);
    }
  };
  const first = (of: Errors): StepName | undefined => {
    const order: StepName[] = ['account', 'owners', 'reason'];
    const concerned = new Set(Object.keys(of).map((field) => stepOf(field, kind)));
    return order.find((step) => concerned.has(step));
  };

  return {
    content,
    owners,
    change: (part, fields) => take({ ...content, ...part }, fields),
    changeOwners: (people) => {
      setOwners(people);
      take({ ...content, owners: ownersOf(people) }, ['owners']);
    },
    errors,
    left: (field) => look([field]),
    check: (step) => {
      // What the server said is told, and holds nobody up: only the next submission knows whether it still holds.
      const wrong = Object.keys(own).filter((field) => stepOf(field, kind) === step);
      look(wrong);
      return wrong.length === 0;
    },
    dirty,
    busy,
    problem,
    save: () =>
      guarded(
        async () => {
          if (dirty) await send();
          return true;
        },
        () => false,
      ),
    submit: async () => {
      const wrong = first(own);
      if (wrong) {
        look(Object.keys(own));
        return wrong;
      }
      return guarded<'accepted' | 'failed' | StepName>(
        async () => {
          if (dirty) await send();
          await hand.mutateAsync({
            params: { path: { id: request.id } },
            body: {},
          });
          return 'accepted';
        },
        (named) => first(named) ?? 'failed',
      );
    },
  };
}
