import { ActionIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Mail, MailOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { Time } from '@/components/Time';
import { inbox as texts } from '@/texts/inbox';
import classes from './Inbox.module.css';

interface Props {
  entry: Schemas['InboxEntry'];
  chosen: boolean;
  onChoose: (on: boolean) => void;
  onMark: (read: boolean) => void;
}

/** One notice: what it says, about which object, when. Opening it reads it. */
export function Notice({ entry, chosen, onChoose, onMark }: Props) {
  const { title, read, category, at } = entry;
  const open = () => {
    if (!read) onMark(true);
  };
  return (
    <li data-unread={!read || undefined}>
      <input
        type="checkbox"
        aria-label={texts.select(title)}
        checked={chosen}
        onChange={(event) => onChoose(event.currentTarget.checked)}
      />
      <i className="dot" style={{ background: read ? 'transparent' : 'var(--status-pending)' }} />
      <div className={classes['words']}>
        {!read && <span className="visually-hidden">{texts.isUnread} </span>}
        <ObjectLink entry={entry} onOpen={open}>
          {title}
        </ObjectLink>
        <div className="muted">
          {texts.categories[category] ?? category} · <Time at={at} show="minute" relative />
        </div>
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={read ? texts.unreadOne(title) : texts.readOne(title)}
        data-tip={read ? texts.markUnread : texts.markRead}
        onClick={() => onMark(!read)}
      >
        {read ? <Mail size={16} /> : <MailOpen size={16} />}
      </ActionIcon>
    </li>
  );
}

const PAGES = {
  request: '/requests/$id',
  account: '/accounts/$id',
  template: '/templates/$id',
  domain: '/domains/$id',
  engine: '/engines/$id',
} as const;

function ObjectLink({ entry, onOpen, children }: { entry: Props['entry']; onOpen: () => void; children: ReactNode }) {
  const { category, object } = entry;
  // Whoever is told is asked, and need not run it.
  if (category === 'campaign') {
    return (
      <Link className={`link ${classes['title']}`} to="/reviews" search={{ campaign: object }} onClick={onOpen}>
        {children}
      </Link>
    );
  }
  if (!(category in PAGES)) return <span className={classes['title']}>{children}</span>;
  return (
    <Link
      className={`link ${classes['title']}`}
      to={PAGES[category as keyof typeof PAGES]}
      params={{ id: object } as never}
      onClick={onOpen}
    >
      {children}
    </Link>
  );
}
