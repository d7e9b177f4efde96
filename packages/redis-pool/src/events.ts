import type { CircuitOpening, CloseCause } from './circuit.ts';

/** Which circuit it is. */
interface WhoseCircuit {
  /** The address of the Cluster's node that it stands before. Absent for the one before all of Redis. */
  readonly node?: string;
}

/** What {@link RedisPool.on} tells. All of it is rare; nothing is emitted for a command. */
export interface RedisPoolEvents {
  /** Commands are refused from now on. Again after every half-open probe that failed. */
  'circuit:opened': CircuitOpening & WhoseCircuit;
  /** Redis is being asked with a PING whether it is back; commands are still refused. */
  'circuit:half-opened': WhoseCircuit & { readonly openMs: number };
  /** Redis answered, `circuit.close()` was called, or the node is `gone` from its Cluster. */
  'circuit:closed': WhoseCircuit & { readonly openMs: number; readonly cause: CloseCause };
  /** A connection that was ready is gone; it reconnects by itself. */
  'lane:lost': { readonly lane: number; readonly reason: string };
  'lane:restored': { readonly lane: number; readonly lostMs: number };
  /** No lane is ready, or the circuit is open: commands are refused. */
  'outage:began': { readonly reason: string };
  'outage:ended': { readonly outageMs: number };
}
