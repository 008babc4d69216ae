import type { Schemas } from '@/api/client';
import { event as texts } from '@/texts/audit';
import { table } from '@/texts/common';

interface Props {
  changes: Schemas['DifferenceBody'][];
  names: Record<string, string>;
}

/** A value as people read it; ids by the names of what they stand for. */
function shown(value: unknown, names: Record<string, string>): string {
  if (value === undefined || value === null || value === '') return texts.nothing;
  if (typeof value === 'boolean') return value ? texts.yes : texts.no;
  if (typeof value === 'string') return names[value] ?? value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((one) => shown(one, names)).join('\n') || texts.nothing;
  return Object.entries(value)
    .map(([key, inner]) => `${wordsOf(key)}: ${shown(inner, names).replaceAll('\n', ', ')}`)
    .join('\n');
}

/** `personal.clear.display_name` is "personal, display name": how the store seals it says nothing to people. */
function wordsOf(path: string): string {
  return path.replaceAll('.clear', '').replaceAll('.', ', ').replaceAll(/[_-]/g, ' ');
}

/** Each field that an event changed, before and after. */
export function Changes({ changes, names }: Props) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.changes)}>
      <table className="table">
        <thead>
          <tr>
            <th>{texts.field}</th>
            <th>{texts.before}</th>
            <th>{texts.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.field}>
              <td data-wrap>{wordsOf(change.field)}</td>
              <td data-wrap className="muted" style={{ whiteSpace: 'pre-wrap' }}>
                {shown(change.before, names)}
              </td>
              <td data-wrap style={{ whiteSpace: 'pre-wrap' }}>
                {shown(change.after, names)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
