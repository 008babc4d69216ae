import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { Schemas } from '@/api/client';
import { EmptyState } from '@/components/EmptyState';
import { StatusPill, type Tone } from '@/components/StatusPill';
import { LastDay } from '@/components/Time';
import { actions } from '@/texts/accounts';
import { number, table } from '@/texts/common';
import { simulation } from '@/texts/simulation';
import { fieldName, readable } from '../fieldName';

const texts = simulation.template;

const TONES: Record<string, Tone> = {
  refused: 'bad',
  'ends-at-once': 'bad',
  'ends-earlier': 'late',
  'loses-owners': 'warning',
  'needs-another-approver': 'warning',
};

interface Props {
  title: string;
  to: '/accounts/$id' | '/requests/$id';
  part: Schemas['SimulatedPart'];
}

/** How accounts, or requests, would fare: how many in which way, and each before and after. */
export function Fare({ title, to, part }: Props) {
  const id = useId();
  const counts = Object.entries(part.effects).filter(([, count]) => count > 0);
  return (
    <section className="span-12" aria-labelledby={id}>
      <h3 id={id} style={{ margin: '0 0 6px', fontSize: '0.9375rem' }}>
        {title}
      </h3>
      {part.looked_at === 0 && <EmptyState compact {...texts.none} />}
      {part.looked_at > 0 && part.affected === 0 && <EmptyState compact {...texts.nothing} />}
      {part.affected > 0 && (
        <>
          <p className="number" style={{ margin: '0 0 8px', fontSize: '0.875rem' }}>
            {texts.affected(part.affected, part.looked_at)}
          </p>
          <ul style={{ display: 'flex', flexWrap: 'wrap', gap: 8, listStyle: 'none', margin: '0 0 10px', padding: 0 }}>
            {counts.map(([effect, count]) => (
              <li key={effect}>
                <EffectPill effect={effect} count={count} />
              </li>
            ))}
          </ul>
        </>
      )}
      {part.staying > 0 && <p className="muted">{texts.staying(part.staying)}</p>}
      {part.hidden && part.affected > 0 && <p className="muted">{texts.hidden}</p>}
      {part.items.length > 0 && <Items title={title} to={to} items={part.items} />}
      {!part.hidden && part.affected > part.items.length && (
        <p className="muted">{texts.more(part.items.length, part.affected)}</p>
      )}
    </section>
  );
}

function EffectPill({ effect, count }: { effect: string; count?: number }) {
  const { label, hint } = simulation.effects[effect] ?? { label: effect, hint: '' };
  return (
    <StatusPill tone={TONES[effect] ?? 'pending'} label={count === undefined ? label : `${label}: ${number(count)}`} hint={hint} />
  );
}

function Items({ title, to, items }: { title: string; to: Props['to']; items: Schemas['SimulatedItem'][] }) {
  const { columns } = simulation;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(title)}>
      <table className="table">
        <thead>
          <tr>
            <th>{columns.name}</th>
            <th>{columns.effects}</th>
            <th>{columns.before}</th>
            <th>{columns.after}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              <td>
                <Link className="link" to={to} params={{ id: item.id }}>
                  {item.name}
                </Link>
              </td>
              <td>
                {item.effects.map((effect) => (
                  <div key={effect}>
                    <EffectPill effect={effect} />
                  </div>
                ))}
              </td>
              <td data-wrap className="muted">
                <Terms terms={item.before} beside={item.after} />
              </td>
              <td data-wrap>
                <After item={item} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function After({ item }: { item: Schemas['SimulatedItem'] }) {
  const { terms } = simulation;
  return (
    <>
      {item.after ? <Terms terms={item.after} beside={item.before} /> : <b>{terms.refused}</b>}
      {item.refused?.map(({ field, message }) => (
        <div key={`${field} ${message}`}>
          {fieldName(field)} {readable(message)}
        </div>
      ))}
      {item.owners_lost && item.owners_lost.length > 0 && (
        <div>{terms.lost(item.owners_lost.map(({ name }) => name).join(', '))}</div>
      )}
      {item.waits_for && <div>{terms.waits(item.waits_for)}</div>}
    </>
  );
}

type SimulatedTerms = Schemas['SimulatedTerms'];

/** What one side says otherwise than the other; all of it where there is no other. */
function Terms({ terms, beside }: { terms: SimulatedTerms; beside: SimulatedTerms | null | undefined }) {
  const words = simulation.terms;
  const steps = (of: SimulatedTerms) => (of.steps ?? []).join(', ');
  const owners = (of: SimulatedTerms) => of.owners.map(({ name }) => name).join(', ');
  const differs = (of: (side: SimulatedTerms) => unknown) => !beside || of(terms) !== of(beside);
  return (
    <>
      {differs(({ end }) => end) && (
        <div>
          {words.ends}: <LastDay end={terms.end} />
        </div>
      )}
      {differs(({ period }) => period) && (
        <div>
          {words.period}: {terms.period}
        </div>
      )}
      {differs(({ action }) => action) && (
        <div>
          {words.action}: {actions[terms.action].label}
        </div>
      )}
      {differs(({ renewal_opens_at: opens }) => opens) && (
        <div>
          {words.renewal}: {terms.renewal_opens_at ? <LastDay end={terms.renewal_opens_at} /> : words.never}
        </div>
      )}
      {beside && differs(owners) && (
        <div>
          {words.owners}: {owners(terms)}
        </div>
      )}
      {beside && differs(steps) && (
        <div>
          {words.steps}: {steps(terms) || words.nobody}
        </div>
      )}
    </>
  );
}
