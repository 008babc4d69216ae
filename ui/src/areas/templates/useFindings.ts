import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { http, type Schemas } from '@/api/client';
import type { Content } from './content';

const PAUSE = 400;

/** What the server finds wrong with a draft, asked after a pause in typing; the last answer stays until the next one. */
export function useFindings(content: Content): { findings: Schemas['Findings'] | undefined; current: boolean } {
  const [asked] = useDebouncedValue(content, PAUSE);
  const { data, isPlaceholderData } = useQuery({
    queryKey: ['validate', '/api/v1/templates/validate', asked],
    queryFn: async ({ signal }) => {
      const { data: found, error } = await http.POST('/api/v1/templates/validate', { body: asked, signal });
      if (error) throw error;
      return found;
    },
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  return { findings: data, current: asked === content && !isPlaceholderData };
}
