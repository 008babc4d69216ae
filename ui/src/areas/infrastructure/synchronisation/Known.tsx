import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { risks } from '@/areas/discovery/risks';
import { StatusPill } from '@/components/StatusPill';
import { number } from '@/texts/common';
import { discovery } from '@/texts/discovery';
import { synchronisation } from '@/texts/synchronisation';

const texts = synchronisation.holds;

/** How much is known of a domain; each risk leads to its accounts. */
export function Known({ domain, holds }: { domain: string; holds: Schemas['HoldsBody'] }) {
  const found = risks.filter(({ risk }) => holds.unmanaged[risk] > 0);
  return (
    <dl className="facts">
      <dt>{texts.units}</dt>
      <dd className="number">{number(holds.units)}</dd>
      <dt>{texts.groups}</dt>
      <dd className="number">{number(holds.groups)}</dd>
      <dt>{texts.users}</dt>
      <dd className="number">{number(holds.users)}</dd>
      <dt>{texts.unmanaged}</dt>
      <dd style={{ display: 'flex', flexWrap: 'wrap', gap: 6 }}>
        {found.length === 0 && texts.none}
        {found.map(({ risk, tone }) => (
          <Link key={risk} className="link" to="/unmanaged/accounts" search={{ domain, risk }}>
            <StatusPill tone={tone} label={texts.risk(holds.unmanaged[risk], discovery.risks[risk].label.toLowerCase())} />
            <span className="visually-hidden"> {discovery.showRisk}</span>
          </Link>
        ))}
      </dd>
    </dl>
  );
}
