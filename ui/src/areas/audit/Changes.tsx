import type { Schemas } from '@/api/client';
import { event as texts } from '@/texts/audit';
import { table } from '@/texts/common';
import { changed, isOfOrder, wordsOf, type Changed } from './changed';

interface Props {
  changes: Schemas['DifferenceBody'][];
  names: Record<string, string>;
}

/** Each field that an event changed, before and after; what belongs to an order only, on demand. */
export function Changes({ changes, names }: Props) {
  const lines = changed(changes, names);
  const own = lines.filter(({ field }) => !isOfOrder(field));
  const ofOrder = lines.filter(({ field }) => isOfOrder(field));
  // An event of the order alone is about nothing else.
  if (own.length === 0) return <Lines lines={ofOrder} label={texts.changes} />;
  return (
    <>
      <Lines lines={own} label={texts.changes} />
      {ofOrder.length > 0 && (
        <details style={{ marginTop: 10, fontSize: '0.875rem' }}>
          <summary>{texts.ofOrder(ofOrder.length)}</summary>
          <Lines lines={ofOrder} label={texts.order} />
        </details>
      )}
    </>
  );
}

function Lines({ lines, label }: { lines: Changed[]; label: string }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(label)}>
      <table className="table">
        <thead>
          <tr>
            <th>{texts.field}</th>
            <th>{texts.before}</th>
            <th>{texts.after}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
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
