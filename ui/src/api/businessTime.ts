import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import { api } from './client';

const MINUTE = 60_000;

/** Reckoned once for the whole page, by `useBusinessClock`: a table has a hundred rows that want to know. */
export const Now = createContext(Date.now());

/**
 * What lifecycles go by, in milliseconds: the server's business clock, which stands still in the demo until it is moved.
 * Whatever is "in 3 days" or "today" is so by this clock, never by the browser's.
 */
export function useNow(): number {
  return useContext(Now);
}

/** What the server says of itself: its clock, its version. */
export const systemInfo = api.queryOptions('get', '/api/v1/system', {}, { staleTime: 5 * MINUTE });

export function useBusinessClock(): number {
  const { data, dataUpdatedAt } = useQuery(systemInfo);
  const [tick, setTick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setTick(Date.now()), MINUTE / 2);
    return () => clearInterval(timer);
  }, []);
  if (!data) return tick;
  const read = Date.parse(data.business_time);
  return data.virtual_clock ? read : read + Math.max(0, tick - dataUpdatedAt);
}
