import { useEffect, useSyncExternalStore } from 'react';
import { saw } from './fetching';
import { invalidate, queryClient } from './queries';

/** How this tab hears of changes. */
export type Connection = 'connecting' | 'live' | 'reconnecting';

// Which queries a change concerns, by the kind of object that changed. What is counted or lists several kinds is last.
const CONCERNED: Record<string, string[]> = {
  account: ['/api/v1/accounts', '/api/v1/drift', '/api/v1/domains/{id}/unmanaged-accounts'],
  request: ['/api/v1/requests', '/api/v1/approvals'],
  template: ['/api/v1/templates'],
  user: ['/api/v1/users', '/api/v1/people', '/api/v1/groups', '/api/v1/sessions/current'],
  group: ['/api/v1/groups', '/api/v1/users', '/api/v1/people', '/api/v1/sessions/current'],
  role: ['/api/v1/roles', '/api/v1/sessions/current'],
  domain: ['/api/v1/domains'],
  engine: ['/api/v1/engines', '/api/v1/domains/{id}/pool', '/api/v1/domains/{id}/calibration'],
  'email-template': ['/api/v1/email-notifications'],
  'api-token': ['/api/v1/api-tokens'],
  campaign: ['/api/v1/campaigns', '/api/v1/reviews'],
  review: ['/api/v1/campaigns', '/api/v1/reviews'],
  deputyship: ['/api/v1/deputies', '/api/v1/approvals', '/api/v1/users'],
};
const ALWAYS = ['/api/v1/audit'];
const HEALTH = ['/api/v1/engines', '/api/v1/domains/{id}/pool', '/api/v1/domains/{id}/calibration'];
const READING = ['/api/v1/domains/{id}/synchronisation'];
/** Many changes at once, as at midnight, are asked for together. */
const GATHER = 250;
/** Every engine says several times a minute how it does: many of them are asked about together. */
const GATHER_HEALTH = 2_000;
const LONGEST_PAUSE = 20_000;

let connection: Connection = 'connecting';
const listeners = new Set<() => void>();

function tell(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}

/** Queries that are stale, asked for anew together after a pause. */
class Gathered {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stale = new Set<string>();

  constructor(private readonly pause: number) {}

  add(prefixes: string[]): void {
    for (const prefix of prefixes) this.stale.add(prefix);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      invalidate(this.stale);
      this.stale.clear();
    }, this.pause);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** Events carry nothing to show: they only say which queries are stale. A reconnect makes all of them stale. */
class LiveUpdates {
  private source: EventSource | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private readonly changes = new Gathered(GATHER);
  private readonly health = new Gathered(GATHER_HEALTH);
  private attempts = 0;
  private missed = false;

  /** Opens the stream unless it is open. */
  resume(): void {
    if (!this.source) this.open();
  }

  private open(): void {
    const source = new EventSource('/api/v1/events');
    this.source = source;
    source.addEventListener('open', () => {
      if (this.missed) void queryClient.invalidateQueries();
      this.missed = false;
      this.attempts = 0;
      tell('live');
    });
    source.addEventListener('error', () => this.lost());
    source.addEventListener('change', (event) => {
      const { kind, position } = JSON.parse(event.data as string) as { kind: string; position: number };
      saw(position);
      this.changes.add([...(CONCERNED[kind] ?? []), ...ALWAYS]);
    });
    source.addEventListener('inbox', () => this.changes.add(['/api/v1/inbox']));
    source.addEventListener('engine-health', () => this.health.add(HEALTH));
    source.addEventListener('synchronisation', () => this.changes.add(READING));
    source.addEventListener('reset', () => void queryClient.invalidateQueries());
  }

  close(): void {
    this.source?.close();
    this.source = undefined;
    this.missed = true;
    clearTimeout(this.again);
    this.changes.stop();
    this.health.stop();
  }

  /** The browser tries again by itself after a lost connection, but not after an answer that is no stream. */
  private lost(): void {
    this.missed = true;
    tell('reconnecting');
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.attempts += 1;
    this.again = setTimeout(() => this.open(), Math.min(500 * 2 ** this.attempts, LONGEST_PAUSE));
  }
}

/** Browsers keep six connections to a host for all of its tabs: one that nobody looks at gives its own back. */
const UNSEEN = 60_000;

export function useLiveUpdates(): void {
  useEffect(() => {
    const live = new LiveUpdates();
    let unseen: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(unseen);
      if (document.hidden) unseen = setTimeout(() => live.close(), UNSEEN);
      else live.resume();
    };
    live.resume();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      clearTimeout(unseen);
      live.close();
    };
  }, []);
}
