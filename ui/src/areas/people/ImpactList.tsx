import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { impact as texts } from '@/texts/people';

/** What hangs on a person or a group, worst first. */
export function ImpactList({ id, impact }: { id: string; impact: Schemas['Impact'] }) {
  const { accounts, accounts_alone: alone, waiting_requests: waiting, templates } = impact;
  const names = (list: Schemas['Named'][]) => list.map(({ name }) => name).join(', ');
  const lines: ReactNode[] = [];
  if (alone.value > 0) {
    const more = alone.value - impact.alone.length;
    lines.push(
      <>
        <b>{texts.alone(alone.value, alone.more)}</b>: {names(impact.alone.slice(0, 8))}
        {alone.value > 8 && ` ${texts.moreAccounts(Math.max(more, alone.value - 8))}`}
      </>,
    );
  }
  if (accounts.value > 0) {
    lines.push(
      <Link className="link" to="/accounts" search={{ owner: id }}>
        {texts.accounts(accounts.value, accounts.more)}
      </Link>,
    );
  }
  if (waiting.value > 0) lines.push(texts.waiting(waiting.value, waiting.more));
  if (templates.length > 0) lines.push(`${texts.templates(templates.length)}: ${templates.map(({ name }) => name).join(', ')}`);
  if (impact.deputy_for && impact.deputy_for.length > 0) lines.push(texts.deputyFor(names(impact.deputy_for)));
  if (impact.groups && impact.groups.length > 0) lines.push(texts.groups(names(impact.groups)));
  return (
    <div style={{ fontSize: '0.875rem' }}>
      <b>{texts.title}</b>
      {lines.length === 0 ? (
        <div className="muted">{texts.nothing}</div>
      ) : (
        <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
          {lines.map((line, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
