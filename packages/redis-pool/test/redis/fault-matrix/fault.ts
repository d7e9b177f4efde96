import type { Cluster, Redis } from 'ioredis';
import type { RedisPoolOptions } from '../../../src/index.ts';

/** One row of the matrix: what befalls Redis or the network, and what the pool must make of it. */
export interface Fault {
  readonly name: string;
  /** How it is brought about, for the reader of the table. */
  readonly how: string;
  /** Whether Redis is so far away that the circuit must open, or well enough that it must not; or a matter of timing. */
  readonly circuit: 'opens' | 'stays closed' | 'either';
  /** How long it lasts, where it does not end by itself. */
  readonly holdMs: number;
  /** Set where Redis is absent already when the pool is made. */
  readonly isAbsentAtStart?: true;
  /** Set where Redis itself may lose what it has confirmed: its replication is asynchronous. */
  readonly mayLoseWrites?: true;
  /** Starts the servers that it befalls. */
  prepare(): Promise<Scene>;
}

export interface Scene {
  readonly pool: RedisPoolOptions;
  /** Hash tags of the keys that the load works on. */
  readonly tags: readonly string[];
  begin(): unknown;
  end(): unknown;
  /** Where to look afterwards. */
  openClient(): Redis | Cluster;
  stop(): Promise<void>;
}
