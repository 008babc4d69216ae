import { Button } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { ExportMenu } from '@/components/ExportMenu';
import { LoadingRows } from '@/components/LoadingRows';
import { PageHead } from '@/components/PageHead';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useTableState } from '@/components/table/useTableState';
import { audit } from '@/texts/audit';
import { number } from '@/texts/common';
import { segregation as texts } from '@/texts/segregation';
import { askOf, exportAddress, LISTS } from './ask';
import { OverridesTable } from './OverridesTable';
import { SharesTable } from './SharesTable';
import { Verdict } from './Verdict';
import { ViolationsTable } from './ViolationsTable';

/** A long history is looked through in parts: the next one is asked for at once. */
const SOON = 250;

/** Whether duties were kept apart: the verdict, what speaks against it, overrides, and who approved for whom. */
export default function SegregationPage() {
  const state = useTableState('requests');
  const query = { ...askOf(state.search), limit: state.limit, offset: state.offset };
  const { data, error, isPlaceholderData, refetch } = api.useQuery(
    'get',
    '/api/v1/audit/segregation',
    { params: { query } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: (asked) => (asked.state.data?.complete === false ? SOON : false),
    },
  );
  const position = query.position;
  return (
    <>
      <PageHead title={texts.title} sub={texts.sub} parent={{ label: audit.title, to: '/audit' }}>
        {position !== undefined && (
          <>
            <span className="muted">{texts.asOf(position)}</span>
            <Button variant="default" component={Link} to="/audit/segregation">
              {texts.now}
            </Button>
          </>
        )}
        <ExportMenu
          lists={LISTS.map((list) => ({
            label: texts.lists[list],
            address: exportAddress(list, state.search),
            file: `segregation-${list}`,
          }))}
        />
      </PageHead>
      <ProblemAlert problem={error} retry={() => void refetch()} mb="md" />
      {!data && !error && <LoadingRows rows={10} />}
      {data && (
        <>
          <Verdict report={data} />
          <div className="grid">
            {data.violations.total > 0 && (
              <Card title={texts.violations.title}>
                <ViolationsTable rows={data.violations.items} total={data.violations.total} />
              </Card>
            )}
            <Card title={texts.numbers.title} span={4}>
              <dl className="facts">
                <dt>{texts.numbers.requests}</dt>
                <dd className="number">{number(data.requests)}</dd>
                <dt>{texts.numbers.decisions}</dt>
                <dd className="number">{number(data.decisions)}</dd>
                <dt>{texts.numbers.approved}</dt>
                <dd className="number">{number(data.approved)}</dd>
                <dt>{texts.numbers.withoutApproval}</dt>
                <dd className="number">{number(data.without_approval)}</dd>
                <dt>{texts.numbers.overrides}</dt>
                <dd className="number">{number(data.overrides.total)}</dd>
              </dl>
            </Card>
            <Card title={texts.overrides.title} span={8}>
              {data.overrides.total === 0 ? (
                <EmptyState compact {...texts.overrides.none} />
              ) : (
                <OverridesTable rows={data.overrides.items} total={data.overrides.total} />
              )}
            </Card>
            <section className="span-12" aria-label={texts.shares.title}>
              <h2 className="card-title" style={{ marginBottom: 8 }}>
                {texts.shares.title}
              </h2>
              <SharesTable
                state={state}
                shares={data.shares}
                stale={isPlaceholderData}
                problem={error}
                retry={() => void refetch()}
              />
            </section>
          </div>
        </>
      )}
    </>
  );
}
