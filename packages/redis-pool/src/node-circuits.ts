import type { Deadline } from '@breakwater/core/redis';
import type { Cluster } from 'ioredis';
import type { Circuit, CircuitReading, ProbeOutcome } from './circuit.ts';
import { addressOf, guardNodes } from './node-gate.ts';
import { probeNode } from './probe.ts';

/** A node of a Cluster whose circuit is not closed. */
export interface InterruptedNode extends CircuitReading {
  /** `host:port`, as the Cluster announces it and `natMap` translates it. */
  readonly node: string;
}

/** A circuit for each node of a Cluster: when one is away, the others go on. */
export interface NodeCircuits {
  readonly interrupted: readonly InterruptedNode[];
  /** To how many of the masters commands are let through. */
  readonly served: 'all' | 'some' | 'none';
  /** Whatever goes to a node through this client passes the node's circuit from now on. */
  guard(cluster: Cluster): void;
  closeAll(): void;
  shutdown(): void;
}

export interface NodeCircuitsParts {
  readonly deadline: Deadline;
  open(address: string, probe: () => Promise<ProbeOutcome>): Circuit;
  /** Nothing was heard of a node to which a PING was sent. */
  onSilent(): void;
}

/** So often at most the Cluster is asked who serves what on behalf of commands that are refused. */
const REDISCOVER_MS = 1000;

export function createNodeCircuits({ deadline, open, onSilent }: NodeCircuitsParts): NodeCircuits {
  const clusters = new Set<Cluster>();
  const circuits = new Map<string, Circuit>();
  let turn = 0;
  let rediscoveredAt = 0;

  function circuitOf(address: string): Circuit {
    let circuit = circuits.get(address);
    if (circuit === undefined) {
      circuit = open(address, () => probe(address));
      circuits.set(address, circuit);
    }
    return circuit;
  }

  /** Asks the node itself: to a Cluster's PING any node answers. Several at once go over a lane each. */
  async function probe(address: string): Promise<ProbeOutcome> {
    const clients = [...clusters].flatMap((cluster) => cluster.nodes()).filter((node) => addressOf(node) === address);
    turn += 1;
    const client = clients[turn % clients.length];
    const outcome = client ? await probeNode(client, deadline) : 'unsent';
    if (outcome === 'silent') onSilent();
    // Recovery must not need commands to be found out.
    if (outcome !== 'answered') rediscover();
    return outcome;
  }

  /** Others may have taken over the slots of those that are away; to whom nothing is sent answers no MOVED. */
  function rediscover(): void {
    const now = performance.now();
    if (now - rediscoveredAt < REDISCOVER_MS) return;
    rediscoveredAt = now;
    for (const cluster of clusters) cluster.refreshSlotsCache();
  }

  /** The table of one client was read anew. */
  function onRefresh(cluster: Cluster): void {
    const known = nodesOf([cluster]).all;
    for (const [address, circuit] of circuits) {
      if (known.has(address)) continue;
      const others = [...clusters].filter((other) => nodesOf([other]).all.has(address));
      // What one has learned of a failover the others ask for at once.
      for (const other of others) other.refreshSlotsCache();
      if (others.length > 0) continue;
      // Who has left the Cluster is not waited for.
      circuits.delete(address);
      circuit.retire();
    }
  }

  return {
    get interrupted() {
      return [...circuits]
        .filter(([, circuit]) => !circuit.isClosed())
        .map(([node, { control }]) => readingOf(node, control));
    },
    get served() {
      const isClosed = (address: string) => circuits.get(address)?.isClosed() ?? true;
      if ([...circuits.keys()].every(isClosed)) return 'all';
      return [...nodesOf(clusters).masters].some(isClosed) ? 'some' : 'none';
    },
    guard(cluster) {
      clusters.add(cluster);
      guardNodes(cluster, circuitOf, rediscover);
      cluster.on('refresh', () => onRefresh(cluster));
    },
    closeAll() {
      for (const { control } of circuits.values()) control.close();
    },
    shutdown() {
      for (const circuit of circuits.values()) circuit.shutdown();
    },
  };
}

function readingOf(node: string, { state, reason, openedAt, nextProbeAt }: CircuitReading): InterruptedNode {
  return { node, state, reason, openedAt, nextProbeAt };
}

/** Who serves slots, by the tables that the clients have; the first of a slot is its master. */
function nodesOf(clusters: Iterable<Cluster>): { readonly masters: Set<string>; readonly all: Set<string> } {
  const masters = new Set<string>();
  const all = new Set<string>();
  for (const { slots } of clusters) {
    let before: readonly string[] | undefined;
    // The slots of one range share their list.
    for (const nodes of slots) {
      if (nodes === undefined || nodes === before) continue;
      before = nodes;
      if (nodes[0] !== undefined) masters.add(nodes[0]);
      for (const node of nodes) all.add(node);
    }
  }
  return { masters, all };
}
