import { features, verbs } from '@/texts/people';

export const FEATURES = Object.keys(features) as (keyof typeof features)[];
export const VERBS = Object.keys(verbs) as (keyof typeof verbs)[];

export type Feature = (typeof FEATURES)[number];
export type Verb = (typeof VERBS)[number];

/** Does the cell mean anything? As product.md, section 1, and the server say. */
export function cellExists(feature: Feature, verb: Verb): boolean {
  if (feature === 'audit') return verb === 'read';
  if (feature === 'email-notification') return verb === 'read' || verb === 'update';
  if (feature === 'api-token') return verb !== 'manage';
  return true;
}

/** *Manage* that counts for nothing, since *read* is missing beside it. */
export function managesAlone(permissions: ReadonlySet<string>, feature: Feature): boolean {
  return permissions.has(`${feature}:manage`) && !permissions.has(`${feature}:read`);
}
