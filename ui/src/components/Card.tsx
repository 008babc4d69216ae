import { useId, type ReactNode } from 'react';

interface Props {
  title: string;
  /** Beside the title, at the right. */
  aside?: ReactNode;
  /** Of the grid's twelve columns. */
  span?: 4 | 5 | 6 | 7 | 8 | 12;
  children: ReactNode;
}

/** A titled part of a page. */
export function Card({ title, aside, span = 12, children }: Props) {
  const id = useId();
  return (
    <section className={`card span-${span}`} aria-labelledby={id}>
      <div style={{ display: 'flex', flexWrap: 'wrap', justifyContent: 'space-between', gap: 8, marginBottom: 12 }}>
        <h2 id={id} className="card-title">
          {title}
        </h2>
        {aside && <div style={{ fontSize: '0.8125rem' }}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}
