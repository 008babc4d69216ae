import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { http } from '@/api/client';
import type { Content } from './content';

const PAUSE = 400;

/** What the server finds wrong with a draft, asked after a pause in typing; the last answer stays until the next one. */
export function useFindings(content: Content) {
  const [asked] = useDebouncedValue(content, PAUSE);
  const { data, isPlaceholderData, error, refetch } = useQuery({
    queryKey: ['validate', '/api/v1/templates/validate', asked],
    queryFn: async ({ signal }) => {
      const answer = await http.POST('/api/v1/templates/validate', { body: asked, signal });
      if (answer.error) throw answer.error;
      return answer.data;
    },
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  return {
    findings: data,
    /** Are they of what is typed now? */
    current: asked === content && !isPlaceholderData && !error,
    /** Why the server did not look. */
    unknown: error,
    lookAgain: () => void refetch(),
  };
}
