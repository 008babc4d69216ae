import { ActionIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import classes from './ChipList.module.css';

interface Props {
  items: { id: string; name: string }[];
  to: '/groups/$id' | '/roles/$id' | '/users/$id' | '/templates/$id' | '/accounts/$id';
  /** Takes one away; without it, nothing can be. */
  remove?: ((item: { id: string; name: string }) => void) | undefined;
  /** Names the button that does. */
  removeLabel?: (name: string) => string;
}

/** Names, each a link, each perhaps with a way to take it away. */
export function ChipList({ items, to, remove, removeLabel }: Props) {
  return (
    <ul className={classes['chips']}>
      {items.map((item) => (
        <li key={item.id}>
          <Link className="link" to={to} params={{ id: item.id } as never}>
            {item.name}
          </Link>
          {remove && (
            <ActionIcon
              size={22}
              variant="subtle"
              color="gray"
              aria-label={removeLabel?.(item.name)}
              onClick={() => remove(item)}
            >
              <X size={13} />
            </ActionIcon>
          )}
        </li>
      ))}
    </ul>
  );
}
