import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { number } from '@/texts/common';
import classes from './dashboard.module.css';

export interface Counted {
  count: number;
  /** There are more than so many. */
  more?: boolean | undefined;
  words: (count: number) => string;
  to: string;
  search?: Record<string, string>;
}

/** How many, of what, and the way there. */
export function CountedLink({ count, more, words, to, search }: Counted) {
  return (
    <Link className={classes['counted']} to={to} search={(search ?? {}) as never}>
      <b className="number">
        {number(count)}
        {more && '+'}
      </b>
      <span>{words(count)}</span>
      <ChevronRight size={16} aria-hidden />
    </Link>
  );
}
