import { Anchor, Button, Group } from '@mantine/core';
import { Link, useNavigate, useRouterState, type LinkProps } from '@tanstack/react-router';
import { ChevronLeft, History } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { useNow } from '@/api/businessTime';
import { pageKnowsPast, usePast } from '@/api/past';
import { dayNumber, momentOf } from '@/app/moments';
import { common } from '@/texts/common';
import { past as pastTexts } from '@/texts/past';

interface Props {
  /** As the browser's tab says it. */
  title: string;
  /** Beside the title: a status, say. */
  badge?: ReactNode;
  /** Below it. */
  sub?: ReactNode;
  /** The list that the page belongs to. */
  parent?: { label: string; to: LinkProps['to'] };
  /** What changes nothing: of the past, too. */
  tools?: ReactNode;
  /** Actions; none of the past. */
  children?: ReactNode;
}

/** Title, place and actions of a page. The title takes the focus when one comes here. */
export function PageHead({ title, badge, sub, parent, tools, children }: Props) {
  const past = usePast();
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
        <Group gap="xs">
          <AsOfButton />
          {tools}
          {!past && children}
        </Group>
      </Group>
    </header>
  );
}

/** To how things were: the end of yesterday, at first. */
function AsOfButton() {
  const knows = useRouterState({ select: ({ location }) => pageKnowsPast(location.pathname) });
  const past = usePast();
  const now = useNow();
  const navigate = useNavigate();
  if (!knows || past) return null;
  const go = () => {
    const moment = momentOf(dayNumber(now) - 1, now);
    void navigate({ to: '.', search: ((search: object) => ({ ...search, page: undefined, as_of: moment })) as never, resetScroll: false });
  };
  return (
    <Button variant="subtle" color="gray" leftSection={<History size={16} />} data-tip={pastTexts.openHint} onClick={go}>
      {pastTexts.open}
    </Button>
  );
}
