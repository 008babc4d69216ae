import { Anchor, Group } from '@mantine/core';
import { Link, type LinkProps } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { common } from '@/texts/common';

interface Props {
  /** As the browser's tab says it. */
  title: string;
  /** Beside the title: a status, say. */
  badge?: ReactNode;
  /** Below it. */
  sub?: ReactNode;
  /** The list that the page belongs to. */
  parent?: { label: string; to: LinkProps['to'] };
  /** Actions. */
  children?: ReactNode;
}

/** Title, place and actions of a page. The title takes the focus when one comes here. */
export function PageHead({ title, badge, sub, parent, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ${common.product}`;
  }, [title]);
  return (
    <header style={{ marginBottom: 16 }}>
      {parent && (
        <Anchor component={Link} to={parent.to ?? '/'} fz="sm" className="parent">
          <ChevronLeft size={15} aria-hidden />
          {parent.label}
        </Anchor>
      )}
      <Group justify="space-between" align="flex-start" wrap="wrap" gap="sm">
        <div style={{ minWidth: 0, flex: '1 1 260px' }}>
          <Group gap="sm">
            <h1
              id="page-title"
              tabIndex={-1}
              style={{ margin: 0, outline: 'none', fontSize: '1.375rem', fontWeight: 650, overflowWrap: 'anywhere' }}
            >
              {title}
            </h1>
            {badge}
          </Group>
          {sub && (
            <div className="muted" style={{ fontSize: '0.875rem', marginTop: 2, maxWidth: '100ch', overflowWrap: 'anywhere' }}>
              {sub}
            </div>
          )}
        </div>
        {children && <Group gap="xs">{children}</Group>}
      </Group>
    </header>
  );
}
