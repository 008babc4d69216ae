import { expect, test } from 'vitest';
import type { Schemas } from '@/api/client';
import { missingRights, placePill, reachPill } from './reach';

type Calibration = Schemas['CalibrationBody'];
type Place = Schemas['PlaceBody'];

const right = (standing: string): Schemas['RightBody'] => ({ right: 'create-accounts', sentence: 'create', standing });
const place = (standing: string, ...rights: string[]): Place => ({
  dn: 'OU=Machines',
  uses: ['managed-service-accounts'],
  standing,
  rights: rights.map(right),
});
const answered = (...places: Place[]): Calibration => ({
  engine: { id: 'e', name: 'dc1' },
  standing: 'answered',
  answer: {
    at: '2026-01-01T00:00:00Z',
    vault: { kind: 'built-in' },
    places,
    places_left_out: 0,
    missing: places.flatMap(({ rights }) => rights).filter(({ standing }) => standing === 'missing').length,
    unknown: places.filter(({ standing }) => standing === 'unknown').length,
    deletions: right('granted'),
  },
});

test('a place that only group managed service accounts use is good when what they need is granted', () => {
  expect(placePill(place('granted', 'granted')).tone).toBe('good');
  expect(reachPill(answered(place('granted', 'granted'))).tone).toBe('good');
});

test('what the directory does not tell yet is not called good', () => {
  const unknown = answered(place('granted', 'granted'), place('unknown', 'granted', 'no-account-yet'));
  expect(reachPill(unknown).tone).toBe('pending');
  expect(placePill(place('unknown')).hint).toContain('existing accounts only');
});

test('what is missing outweighs what is not known, and silence outweighs an old answer', () => {
  const missing = answered(place('unknown', 'no-account-yet'), place('missing', 'missing', 'granted'));
  expect(reachPill(missing).tone).toBe('bad');
  expect(missingRights(missing)).toHaveLength(1);
  expect(reachPill({ ...answered(place('granted')), standing: 'unanswered' }).tone).toBe('bad');
  expect(reachPill({ ...missing, standing: 'waiting' }).tone).toBe('pending');
});

test('a place that could not be looked at is not counted as complete', () => {
  expect(reachPill(answered(place('failed'))).tone).toBe('warning');
  expect(reachPill(answered(place('left-out'))).tone).toBe('warning');
});
