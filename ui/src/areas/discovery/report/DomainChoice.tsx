import { Link } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { EnabledPill } from '@/components/EnabledPill';
import { StatusPill } from '@/components/StatusPill';
import { Time } from '@/components/Time';
import { table } from '@/texts/common';
import { discovery } from '@/texts/discovery';
import { synchronisation } from '@/texts/synchronisation';
import { risks } from '../risks';

const texts = discovery.report;

/** The domains, with what was found in each. */
export function DomainChoice({ domains }: { domains: Schemas['DomainBody'][] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(discovery.chooseDomain.title)}>
      <table className="table">
        <thead>
          <tr>
            <th>{discovery.domain}</th>
            <th>{texts.found}</th>
            <th>{texts.read}</th>
          </tr>
        </thead>
        <tbody>
          {domains.map((domain) => (
            <Row key={domain.id} domain={domain} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ domain }: { domain: Schemas['DomainBody'] }) {
  const { data } = api.useQuery('get', '/api/v1/domains/{id}/synchronisation', { params: { path: { id: domain.id } } });
  const found = risks.filter(({ risk }) => (data?.holds.unmanaged[risk] ?? 0) > 0);
  return (
    <tr>
      <td data-wide>
        <Link className="link" to="/unmanaged" search={{ domain: domain.id }}>
          {domain.name}
        </Link>{' '}
        {!domain.enabled && <EnabledPill enabled={false} />}
      </td>
      <td>
        <span style={{ display: 'inline-flex', gap: 6 }}>
          {data && found.length === 0 && synchronisation.holds.none}
          {found.map(({ risk, tone }) => (
            <StatusPill
              key={risk}
              tone={tone}
              label={synchronisation.holds.risk(data?.holds.unmanaged[risk] ?? 0, discovery.risks[risk].label.toLowerCase())}
            />
          ))}
        </span>
      </td>
      <td>{data && (data.last ? <Time at={data.last.at} show="minute" /> : texts.unread)}</td>
    </tr>
  );
}
