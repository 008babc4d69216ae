import type { Schemas } from '@/api/client';
import { calibration as texts } from '@/texts/calibration';

/** The server that was really reached, and the vault. */
export function ReachFacts({ answer }: { answer: Schemas['ReachBody'] }) {
  const { server, vault } = answer;
  return (
    <dl className="facts" style={{ marginBottom: 16 }}>
      {server && (
        <>
          <dt>{texts.server}</dt>
          <dd>
            {server.host ?? server.address}
            {server.host && (
              <div className="muted">
                {texts.address}: {server.address}
              </div>
            )}
          </dd>
          <dt>{texts.connection}</dt>
          <dd>{server.certificate_for ? texts.tls(server.certificate_for, server.own_authority) : texts.inside}</dd>
          <dt>{texts.account}</dt>
          <dd>
            {server.account}
            {server.known_as && <div className="muted">{texts.knownAs(server.known_as)}</div>}
          </dd>
          <dt>{texts.roundTrip}</dt>
          <dd className="number">{texts.took(server.round_trip_us)}</dd>
        </>
      )}
      <dt>{texts.vault}</dt>
      <dd>
        {(vault.failure ? texts.notUsable : texts.usable)(vault.kind)}
        {vault.failure && <div className="muted">{vault.failure.detail}</div>}
      </dd>
    </dl>
  );
}
