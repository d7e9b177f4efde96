import type { RedisPool, RedisPoolEvents } from '../../src/index.ts';

type EventName = keyof RedisPoolEvents;

export interface EventLog {
  /** The names in the order of their happening, of `only` some where given. */
  names(only?: string): EventName[];
  last<Name extends EventName>(name: Name): RedisPoolEvents[Name] | undefined;
}

const NAMES: readonly EventName[] = [
  'circuit:opened',
  'circuit:half-opened',
  'circuit:closed',
  'lane:lost',
  'lane:restored',
  'outage:began',
  'outage:ended',
];

/** Keeps what a pool tells from now on. */
export function logEvents(pool: RedisPool): EventLog {
  const names: EventName[] = [];
  const payloads = new Map<EventName, unknown>();
  for (const name of NAMES) {
    pool.on(name, (payload: unknown) => {
      names.push(name);
      payloads.set(name, payload);
    });
  }
  return {
    names: (only = '') => names.filter((name) => name.startsWith(only)),
    last: (name) => payloads.get(name) as never,
  };
}
