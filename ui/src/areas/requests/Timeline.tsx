import { api, type Schemas } from '@/api/client';
import { HistoryList } from '@/components/HistoryList';
import { LoadingRows } from '@/components/LoadingRows';
import { ProblemAlert } from '@/components/ProblemAlert';

/** What happened to the request, the newest first. */
export function Timeline({ request }: { request: Schemas['RequestBody'] }) {
  const history = api.useQuery('get', '/api/v1/requests/{id}/history', { params: { path: { id: request.id } } });
  if (history.error && !history.data) {
    return <ProblemAlert problem={history.error} retry={() => void history.refetch()} />;
  }
  if (!history.data) return <LoadingRows rows={4} />;
  return <HistoryList entries={history.data.items} />;
}
