import { createEmitter, type Duration, type Subscribable } from '@breakwater/core';
import { createDeadline, type RedisPort, RedisUnavailableError } from '@breakwater/core/redis';
import type { Redis } from 'ioredis';
import { createAsk } from './ask.ts';
import { type CircuitControl, createCircuit } from './circuit.ts';
import { createCommands, type PoolCommands } from './commands.ts';
import { createCounters, snapshotOf } from './counters.ts';
import { createDispatcher } from './dispatcher.ts';
import { checks, RedisPoolClosedError } from './errors.ts';
import type { RedisPoolEvents } from './events.ts';
import { createHealth } from './health.ts';
import { createInspector, type Inspection } from './inspection.ts';
import { openLanes } from './lanes.ts';
import { type RedisPoolOptions, resolveOptions } from './options.ts';
import { probe } from './probe.ts';
import type { PoolHealth, PoolStats } from './stats.ts';
import { createSubscribers } from './subscribers.ts';

/** A {@link RedisPort} that never hangs: every command is answered, or fails, within `deadlineMs`. */
export interface RedisPool extends RedisPort, PoolCommands, Subscribable<RedisPoolEvents> {
  readonly deadlineMs: number;
  readonly health: PoolHealth;
  /** Whether commands are let through, and the switch for it. */
  readonly circuit: CircuitControl;
  /** An ioredis client of its own for pub/sub: subscriptions wait for Redis, and survive its restarts. */
  duplicate(): Redis;
  /** Whether commands could be sent within `within`; for what a start-up has to say, never needed before a command. */
  whenReady(within: Duration): Promise<boolean>;
  stats(): PoolStats;
  /**
   * Asks Redis now for its INFO and its time, beside all commands and their statistics. What Redis refuses to tell is
   * named in the answer.
   *
   * @throws RedisUnavailableError, RedisDeadlineError or RedisConnectionLostError when Redis is away.
   */
  inspect(): Promise<Inspection>;
  /**
   * Refuses new commands, waits for those under way (at most `deadlineMs`), and closes every connection, those of
   * `duplicate()` included. Calling it again gives the same promise.
   */
  close(): Promise<void>;
}

/** The pool's health in ioredis's words, as {@link RedisPort} has them. */
const STATUS = { starting: 'connecting', up: 'ready', down: 'reconnecting', closed: 'end' } as const;

/**
 * Connects to Redis in the background, whether it is there or not.
 *
 * @throws OptionError `ERR_REDIS_POOL_OPTION`.
 */
export function createRedisPool(options: RedisPoolOptions = {}): RedisPool {
  const { connection, lanes: laneCount, deadlineMs, breaker, inspectEveryMs } = resolveOptions(options);
  const emitter = createEmitter<RedisPoolEvents>();
  const counters = createCounters();
  const deadline = createDeadline(deadlineMs);
  let lastReason = 'not connected yet';
  let closing: Promise<void> | undefined;

  const health = createHealth(
    () => ({ readyLanes: lanes.ready, untriedLanes: lanes.untried, isCircuitClosed: circuit.isClosed }),
    {
      onStarted() {
        dispatcher.release();
        inspector.refresh();
      },
      onOutageBegan: (reason) => emitter.emit('outage:began', { reason }),
      onOutageEnded(outageMs) {
        emitter.emit('outage:ended', { outageMs });
        inspector.refresh();
      },
    },
  );
  function review(reason: string): void {
    lastReason = reason;
    health.review(reason);
  }

  const lanes = openLanes(connection, laneCount, {
    onReady() {
      counters.connections += 1;
      health.review('a lane is ready');
    },
    onLost(lane, reason) {
      emitter.emit('lane:lost', { lane, reason });
      review(reason);
    },
    onRestored: (lane, lostMs) => emitter.emit('lane:restored', { lane, lostMs }),
    onConnectionError(reason) {
      counters.connectionErrors += 1;
      review(reason);
    },
  });
  const ask = createAsk(lanes, deadline);
  const inspector = createInspector(
    (question) => (health.state === 'up' ? ask(question) : Promise.reject(new RedisUnavailableError(lastReason))),
    inspectEveryMs,
  );
  const circuit = createCircuit(
    {
      ...breaker,
      random: Math.random,
      probe() {
        counters.probes += 1;
        return probe(ask);
      },
    },
    {
      onOpened(opening) {
        if (opening.cause !== 'probe') counters.circuitOpenings += 1;
        emitter.emit('circuit:opened', opening);
        health.review(`the circuit opened: ${opening.reason}`);
      },
      onHalfOpened: (openMs) => emitter.emit('circuit:half-opened', { openMs }),
      onClosed(openMs, cause) {
        emitter.emit('circuit:closed', { openMs, cause });
        health.review('the circuit closed');
      },
    },
  );
  const dispatcher = createDispatcher({
    deadline,
    lanes,
    circuit,
    counters,
    health: () => health.state,
    lastReason: () => lastReason,
  });
  const subscribers = createSubscribers(connection, {
    onReady() {
      counters.connections += 1;
    },
    onConnectionError() {
      counters.connectionErrors += 1;
    },
  });

  async function close(): Promise<void> {
    health.close();
    await dispatcher.drain();
    circuit.shutdown();
    await Promise.all([lanes.close(), subscribers.close(), inspector.close()]);
  }

  return {
    ...createCommands(dispatcher.send),
    deadlineMs,
    get status() {
      return STATUS[health.state];
    },
    get health() {
      return health.state;
    },
    circuit: circuit.control,
    on: emitter.on,
    duplicate() {
      if (closing) throw new RedisPoolClosedError();
      return subscribers.open();
    },
    whenReady: async (within) => health.whenUp(checks.duration('within', within)),
    stats: () => ({
      ...snapshotOf(counters),
      health: health.state,
      circuit: circuit.control.state,
      lanes: { total: lanes.total, ready: lanes.ready },
      subscribers: subscribers.count,
      inspection: inspector.latest,
    }),
    async inspect() {
      if (health.state === 'starting') await health.whenUp(deadlineMs);
      return inspector.inspect();
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
