import type { Schemas } from '@/api/client';
import { event as texts } from '@/texts/audit';
import { table } from '@/texts/common';
import { changed, wordsOf } from './changed';

interface Props {
  changes: Schemas['DifferenceBody'][];
  names: Record<string, string>;
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
          {changed(changes, names).map((line) => (
            <tr key={line.field}>
              <td data-wrap>{wordsOf(line.field)}</td>
              <td data-wrap className="muted" style={{ whiteSpace: 'pre-wrap' }}>
                {line.before}
              </td>
              <td data-wrap style={{ whiteSpace: 'pre-wrap' }}>
                {line.after}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
