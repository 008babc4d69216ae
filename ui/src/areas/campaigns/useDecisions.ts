import { useState } from 'react';
import { http, type Schemas } from '@/api/client';
import { inParts } from '@/api/inParts';

export type Decision = Schemas['ReviewDecision'];
export type Decided = Schemas['ReviewDecidedBody'];
type Owner = Schemas['Owner'];

/** Says something of reviews, each with its own result. Throws what stops the whole. */
export function useDecisions() {
  const [done, setDone] = useState(0);
  const decide = (reviews: string[], decision: Decision, reason: string): Promise<Decided[]> => {
    const some = async (part: string[]) => {
      const { data, error } = await http.POST('/api/v1/reviews/decide', { body: { reviews: part, decision, reason } });
      if (!data) throw error;
      return data.items;
    };
    return inParts(reviews, some, setDone);
  };
  const handOver = (reviews: string[], to: Owner, reason: string): Promise<Decided[]> => {
    const some = async (part: string[]) => {
      const { data, error } = await http.POST('/api/v1/reviews/reassign', { body: { reviews: part, to, reason } });
      if (!data) throw error;
      return data.items;
    };
    return inParts(reviews, some, setDone);
  };
  return { done, decide, handOver };
}
