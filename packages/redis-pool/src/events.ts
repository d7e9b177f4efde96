import type { CircuitOpening } from './circuit.ts';

/** What {@link RedisPool.on} tells. All of it is rare; nothing is emitted for a command. */
export interface RedisPoolEvents {
  /** Commands are refused from now on. Again after every half-open probe that failed. */
  'circuit:opened': CircuitOpening;
  /** Redis is being asked with a PING whether it is back; commands are still refused. */
  'circuit:half-opened': { readonly openMs: number };
  /** Redis answered, or `circuit.close()` was called. */
  'circuit:closed': { readonly openMs: number; readonly cause: 'probe' | 'manual' };
  /** A connection that was ready is gone; it reconnects by itself. */
  'lane:lost': { readonly lane: number; readonly reason: string };
  'lane:restored': { readonly lane: number; readonly lostMs: number };
  /** No lane is ready, or the circuit is open: commands are refused. */
  'outage:began': { readonly reason: string };
  'outage:ended': { readonly outageMs: number };
}
