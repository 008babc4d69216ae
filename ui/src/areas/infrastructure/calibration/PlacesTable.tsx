import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { StatusPill } from '@/components/StatusPill';
import { calibration as texts } from '@/texts/calibration';
import { table } from '@/texts/common';
import { placePill } from './reach';

/** Where templates put accounts, and whether the engine may do what they want there. */
export function PlacesTable({ answer }: { answer: Schemas['ReachBody'] }) {
  const { places, places_left_out: more } = answer;
  if (places.length === 0) return <Note>{texts.noPlaces}</Note>;
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={table.region(texts.places)}>
        <table className="table">
          <thead>
            <tr>
              <th>{texts.columns.place}</th>
              <th>{texts.columns.uses}</th>
              <th>{texts.columns.standing}</th>
            </tr>
          </thead>
          <tbody>
            {places.map((place) => (
              <tr key={place.dn}>
                <td style={{ overflowWrap: 'anywhere', whiteSpace: 'normal', minWidth: 180 }}>{place.dn}</td>
                <td style={{ whiteSpace: 'normal' }}>{place.uses.map((use) => texts.uses[use] ?? use).join(', ')}</td>
                <td style={{ whiteSpace: 'normal' }}>
                  <StatusPill {...placePill(place)} />
                  {place.standing === 'failed' && <div className="muted">{place.failure?.detail}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {places.some(({ standing }) => standing === 'unknown') && <Note>{texts.noAccountYet}</Note>}
      {more > 0 && <Note>{texts.leftOut(more)}</Note>}
    </>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <p className="muted" style={{ fontSize: '0.875rem' }}>
      {children}
    </p>
  );
}
