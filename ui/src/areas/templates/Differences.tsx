import { keepPreviousData } from '@tanstack/react-query';
import { api } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';
import { edit, template as texts } from '@/texts/templates';
import { fieldName } from './fieldName';

/** A path without which one of several it is: that is said once, at the beginning of the row. */
const plain = (field: string) => field.replaceAll(/\[[^\]]*\]/g, '');

/** A value as people read it; ids of people, groups and domains by their names. */
function shown(value: unknown, names: Record<string, string>, field = ''): string {
  if (value === undefined || value === null || value === '') return texts.nothing;
  if (typeof value === 'boolean') return value ? edit.yes : edit.no;
  if (typeof value === 'string') return names[value] ?? value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((one) => shown(one, names, field)).join('\n') || texts.nothing;
  return Object.entries(value)
    .map(([key, inner]) => {
      const path = `${field}.${key}`;
      return `${fieldName(path)}: ${shown(inner, names, path).replaceAll('\n', ', ')}`;
    })
    .join('\n');
}

/** Two versions, field by field. */
export function Differences({ id, from, to }: { id: string; from: number; to: number }) {
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/templates/{id}/compare',
    { params: { path: { id }, query: { from, to } } },
    { placeholderData: keepPreviousData },
  );
  if (error && !data) return <ProblemAlert problem={error} retry={() => void refetch()} />;
  if (!data) return <LoadingRows rows={4} />;
  if (data.items.length === 0) return <EmptyState {...texts.same} />;
  return (
    <div
      className={isPlaceholderData ? 'table-scroll stale' : 'table-scroll'}
      tabIndex={0}
      role="region"
      aria-label={texts.differences(data.items.length)}
    >
      <table className="table">
        <thead>
          <tr>
            <th>{texts.field}</th>
            <th>{texts.before(data.from)}</th>
            <th>{texts.before(data.to)}</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map((item) => (
            <tr key={item.field}>
              <td data-wrap>{fieldName(item.field)}</td>
              <td data-wrap className="muted" style={{ whiteSpace: 'pre-wrap' }}>
                {shown(item.before, data.names, plain(item.field))}
              </td>
              <td data-wrap style={{ whiteSpace: 'pre-wrap' }}>
                {shown(item.after, data.names, plain(item.field))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
