import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';

export interface BusOptions {
  /**
   * What this instance is called where others are asked about it, in at most 64 characters; no two should share a name.
   * @default a random one
   */
  readonly instanceName?: string;
  /**
   * How often an instance says up to where it has spoken. The loss of its last message is noticed within this time, a
   * subscription that is silent within four times of it.
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
    instanceName: instanceName === undefined ? undefined : checkName(instanceName),
    heartbeatMs: checks.duration('bus.heartbeat', heartbeat, { min: 10, max: 60_000 }),
  };
}

/** It is part of every beat. */
function checkName(name: unknown): string {
  if (typeof name === 'string' && name.length >= 1 && name.length <= 64) return name;
  throw checks.failure('bus.instanceName', 'a text of 1 to 64 characters', name);
}
