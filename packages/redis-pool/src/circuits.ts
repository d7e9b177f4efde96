import type { Deadline } from '@breakwater/core/redis';
import type { Cluster } from 'ioredis';
import type { BreakerSettings } from './breaker-options.ts';
import { type Circuit, type CircuitSwitch, createCircuit, type ProbeOutcome } from './circuit.ts';
import type { RedisPoolEvents } from './events.ts';
import { createNodeCircuits, type InterruptedNode } from './node-circuits.ts';

/**
 * Whether commands are let through, and the switch for it. Of a Cluster, what is true of one node is told as that of the
 * pool, unless `nodes` is read; `open` and `close` go for all of it.
 */
export interface CircuitControl extends CircuitSwitch {
  /** The nodes of a Cluster to which no commands are let through, the longest first. Empty where there is no Cluster. */
  readonly nodes: readonly InterruptedNode[];
}

/** The circuit before all of Redis, and in a Cluster those before its nodes. */
export interface Circuits {
  readonly control: CircuitControl;
  /** In a Cluster it is told only of commands that reached no node. */
  readonly whole: Circuit;
  /** To how much of Redis commands are let through. */
  readonly served: 'all' | 'some' | 'none';
  /** Puts a circuit before each node that this client sends commands to. */
  guard(cluster: Cluster): void;
  shutdown(): void;
}

type Told<Event extends keyof RedisPoolEvents> = (payload: RedisPoolEvents[Event]) => void;

export interface CircuitsParts {
  readonly breaker: BreakerSettings;
  readonly deadline: Deadline;
  /** Whether anybody answers. */
  probe(): Promise<ProbeOutcome>;
  onNodeSilent(): void;
  /** Told of every probe, to one node or to any. */
  onProbe(): void;
  readonly onOpened: Told<'circuit:opened'>;
  readonly onHalfOpened: Told<'circuit:half-opened'>;
  readonly onClosed: Told<'circuit:closed'>;
}

export function createCircuits(parts: CircuitsParts): Circuits {
  const whole = open({}, parts.probe);
  const nodes = createNodeCircuits({
    deadline: parts.deadline,
    open: (node, probe) => open({ node }, probe),
    onSilent: parts.onNodeSilent,
  });

  function open(whose: { readonly node?: string }, probe: () => Promise<ProbeOutcome>): Circuit {
    return createCircuit(
      {
        ...parts.breaker,
        random: Math.random,
        probe() {
          parts.onProbe();
          return probe();
        },
      },
      {
        onOpened: (opening) => parts.onOpened({ ...opening, ...whose }),
        onHalfOpened: (openMs) => parts.onHalfOpened({ openMs, ...whose }),
        onClosed: (openMs, cause) => parts.onClosed({ openMs, cause, ...whose }),
      },
    );
  }

  /** That of all of Redis when it is interrupted, or else of the node that has been so for the longest. */
  function interruption() {
    return whole.isClosed() ? interruptedNodes()[0] : whole.control;
  }

  function interruptedNodes(): readonly InterruptedNode[] {
    return nodes.interrupted.toSorted((left, right) => (left.openedAt ?? 0) - (right.openedAt ?? 0));
  }

  return {
    whole,
    control: {
      get state() {
        return interruption()?.state ?? 'closed';
      },
      get reason() {
        return interruption()?.reason;
      },
      get openedAt() {
        return interruption()?.openedAt;
      },
      get nextProbeAt() {
        return interruption()?.nextProbeAt;
      },
      get nodes() {
        return interruptedNodes();
      },
      open: whole.control.open,
      close() {
        whole.control.close();
        nodes.closeAll();
      },
    },
    get served() {
      return whole.isClosed() ? nodes.served : 'none';
    },
    guard: nodes.guard,
    shutdown() {
      whole.shutdown();
      nodes.shutdown();
    },
  };
}
