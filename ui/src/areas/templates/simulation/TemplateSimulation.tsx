import { Button, Progress } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import { http, type Schemas } from '@/api/client';
import { useParts } from '@/api/useParts';
import { Card } from '@/components/Card';
import { ProblemAlert } from '@/components/ProblemAlert';
import { simulation } from '@/texts/simulation';
import { fieldName } from '../fieldName';
import { Fare } from './Fare';
import { sumOf } from './sums';

const texts = simulation.template;

/** What publishing the draft would do to what is there, tried out before. */
export function TemplateSimulation({ id }: { id: string }) {
  const { sum, busy, problem, start } = useParts<Schemas['TemplateSimulation']>(sumOf);
  const simulate = () =>
    void start((cursor) =>
      http.POST('/api/v1/templates/{id}/simulate', { params: { path: { id } }, body: cursor === undefined ? {} : { cursor } }),
    );
  return (
    <Card
      title={simulation.title}
      aside={
        <Button size="xs" variant="default" leftSection={<FlaskConical size={15} />} loading={busy} onClick={simulate}>
          {sum && !busy ? simulation.again : simulation.start}
        </Button>
      }
    >
      <p className="muted" style={{ margin: 0, fontSize: '0.8125rem', maxWidth: '90ch' }}>
        {texts.hint}
      </p>
      <ProblemAlert problem={problem} retry={simulate} nameOf={fieldName} mt="sm" />
      <Standing sum={sum} busy={busy} />
      {sum && !busy && (
        <div className="grid" style={{ marginTop: 12 }}>
          <Fare title={texts.accounts} to="/accounts/$id" part={sum.accounts} />
          <Fare title={texts.requests} to="/requests/$id" part={sum.requests} />
        </div>
      )}
    </Card>
  );
}

/** How far it is, or what was looked at. */
function Standing({ sum, busy }: { sum: Schemas['TemplateSimulation'] | undefined; busy: boolean }) {
  const accounts = sum?.accounts.looked_at ?? 0;
  const requests = sum?.requests.looked_at ?? 0;
  const all = (sum?.accounts.total.value ?? 0) + (sum?.requests.total.value ?? 0);
  const said = busy ? texts.looking(accounts, requests) : sum ? texts.done(accounts, requests) : '';
  return (
    <>
      {busy && (
        <Progress mt="sm" value={all === 0 ? 0 : Math.min(100, (100 * (accounts + requests)) / all)} aria-label={said} />
      )}
      <p role="status" className="number" style={{ margin: said ? '8px 0 0' : 0, fontSize: '0.875rem' }}>
        {said}
      </p>
    </>
  );
}
