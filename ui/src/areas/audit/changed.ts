import type { Schemas } from '@/api/client';
import { formatDayTime, formatUtc } from '@/app/time';
import { event as texts } from '@/texts/audit';

type Names = Record<string, string>;
type Plain = Record<string, unknown>;

/** One line of what an event changed. */
export interface Changed {
  /** Its path. */
  field: string;
  before: string;
  after: string;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNothing = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** `Managed.stage.Live.renewal_opened_at` is "renewal opened at": names of the code's own variants say nothing to people. */
export function wordsOf(path: string): string {
  return path
    .split('.')
    .filter((part) => !/^[A-Z]/.test(part) && part !== 'clear' && part !== 'stage')
    .join(', ')
    .replaceAll(/[_-]/g, ' ');
}

/** A value as people read it; ids by the names of what they stand for, instants in local time with UTC beside. */
function shown(value: unknown, names: Names): string {
  if (isNothing(value)) return texts.nothing;
  if (typeof value === 'boolean') return value ? texts.yes : texts.no;
  if (typeof value === 'string') {
    return INSTANT.test(value) ? `${formatDayTime(value)} (${formatUtc(value)} UTC)` : (names[value] ?? value);
  }
  if (Array.isArray(value)) return value.map((one) => shown(one, names)).join('\n');
  if (isPlain(value)) {
    return Object.entries(value)
      .filter(([, inner]) => !isNothing(inner))
      .map(([key, inner]) => `${wordsOf(key)}: ${shown(inner, names).replaceAll('\n', ', ')}`)
      .join(', ');
  }
  return String(value);
}

/** What Tenure notes of the order under way: of the account itself it says nothing. */
export const isOfOrder = (field: string): boolean => /(?:^|\.)directory\.(?:outstanding|applied)(?:\.|$)/.test(field);

/** What came or went as a whole is told field by field; what is nothing before and after, not at all. */
export function changed(changes: Schemas['DifferenceBody'][], names: Names): Changed[] {
  return changes.flatMap(({ field, before, after }): Changed[] => {
    if ((isPlain(before) || isNothing(before)) && (isPlain(after) || isNothing(after)) && (isPlain(before) || isPlain(after))) {
      const [one, two]: Plain[] = [isPlain(before) ? before : {}, isPlain(after) ? after : {}];
      const keys = [...new Set([...Object.keys(one ?? {}), ...Object.keys(two ?? {})])];
      return changed(
        keys.map((key) => ({ field: `${field}.${key}`, before: one?.[key], after: two?.[key] })) as typeof changes,
        names,
      );
    }
    if (isNothing(before) && isNothing(after)) return [];
    return [{ field, before: shown(before, names), after: shown(after, names) }];
  });
}
