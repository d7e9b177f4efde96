import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';

/** How instances of the namespace tell each other of changes. */
export interface BusOptions {
  /**
   * What this instance is called where others are asked about it, in at most 64 characters; no two should share a name.
   * @default a random one
   */
  readonly instanceName?: string;
  /**
   * How often an instance announces the number of its last message. That the last message was lost is noticed within
   * this time, a subscription that is silent within four times of it.
   * @default '1s'
   */
  readonly heartbeat?: Duration;
}

export const BUS_DEFAULTS = Object.freeze({ heartbeat: '1s' }) satisfies BusOptions;

export interface ResolvedBus {
  readonly instanceName: string | undefined;
  readonly heartbeatMs: number;
}

export function resolveBus(given: BusOptions = {}): ResolvedBus {
  checks.known('bus', given, ['instanceName', 'heartbeat']);
  const { instanceName, heartbeat } = withDefaults<BusOptions, typeof BUS_DEFAULTS>(given, BUS_DEFAULTS);
  return {
    instanceName: instanceName === undefined ? undefined : checkInstanceName(instanceName),
    heartbeatMs: checks.duration('bus.heartbeat', heartbeat, { min: 10, max: 60_000 }),
  };
}

/** Bounded, since it is part of every sign of life. */
function checkInstanceName(name: unknown): string {
  if (typeof name === 'string' && name.length >= 1 && name.length <= 64) return name;
  throw checks.failure('bus.instanceName', 'a text of 1 to 64 characters', name);
}
