import { createEmitter, type Duration, type Subscribable } from '@breakwater/core';
import { createDeadline, type RedisNode, type RedisPort, RedisUnavailableError } from '@breakwater/core/redis';
import { createAsk } from './ask.ts';
import { type CircuitControl, createCircuits } from './circuits.ts';
import { type Client, isCluster, type Role, type SubscriberSettings } from './clients.ts';
import { createCommands, type PoolCommands, type Send } from './commands.ts';
import { createCounters, snapshotOf } from './counters.ts';
import { createDedicated } from './dedicated.ts';
import { createDispatcher } from './dispatcher.ts';
import { checks, RedisPoolClosedError } from './errors.ts';
import type { RedisPoolEvents } from './events.ts';
import { createHealth, isServing } from './health.ts';
import { createInspector, type Inspection } from './inspection.ts';
import { createLanes } from './lanes.ts';
import { type RedisPoolOptions, resolveOptions } from './options.ts';
import type { PooledCommand } from './pooled-command.ts';
import { probe } from './probe.ts';
import { commandsUntil } from './signal-view.ts';
import type { PoolHealth, PoolStats } from './stats.ts';

/** A {@link RedisPort} that never hangs: every command is answered, or fails, within `deadlineMs`. */
export interface RedisPool extends RedisPort, PoolCommands, Subscribable<RedisPoolEvents> {
  readonly deadlineMs: number;
  readonly health: PoolHealth;
  /** Whether commands are let through, and the switch for it. */
  readonly circuit: CircuitControl;
  /**
   * An ioredis client of its own for pub/sub (in Cluster mode a `Cluster`): subscriptions wait for Redis, and survive
   * its restarts and failovers.
   */
  duplicate(settings?: SubscriberSettings): Client;
  /**
   * An ioredis client of its own for BLPOP, XREAD BLOCK and the like, without a deadline. Each of them ends after at
   * most `longest` as if Redis had found nothing, and fails when its connection is lost; none is sent twice.
   */
  blocking(longest: Duration): Client;
  /**
   * The same commands for one caller: when `signal` aborts they fail at once with its reason, and those that were not
   * sent are not sent.
   */
  withSignal(signal: AbortSignal): PoolCommands;
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
   * `duplicate()` and `blocking()` included. Calling it again gives the same promise.
   */
  close(): Promise<void>;
}

/** The pool's health in ioredis's words, as {@link RedisPort} has them. */
const STATUS = {
  starting: 'connecting',
  up: 'ready',
  degraded: 'ready',
  down: 'reconnecting',
  closed: 'end',
} as const;

/**
 * Connects to Redis in the background, whether it is there or not.
 *
 * @throws OptionError `ERR_REDIS_POOL_OPTION`.
 */
export function createRedisPool(options: RedisPoolOptions = {}): RedisPool {
  const { endpoint, connectTimeoutMs, deadlineMs, breaker, limits, ...resolved } = resolveOptions(options);
  const emitter = createEmitter<RedisPoolEvents>();
  const counters = createCounters();
  // Sockets and attempts to connect hold the process while somebody waits.
  const deadline = createDeadline(deadlineMs, { holdsProcess: false });
  let lastReason = 'not connected yet';
  let closing: Promise<void> | undefined;

  const health = createHealth(
    () => ({ readyLanes: lanes.readyCount(), untriedLanes: lanes.untriedCount(), served: circuits.served }),
    {
      onStarted() {
        dispatcher.review();
        inspector.refresh();
      },
      onOutageBegan(reason) {
        dispatcher.review();
        emitter.emit('outage:began', { reason });
      },
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

  const lanes = createLanes(
    { endpoint, connectTimeoutMs, total: resolved.lanes, inFlight: limits.inFlight },
    {
      onCluster: (cluster) => circuits.guard(cluster),
      onReady() {
        counters.connections += 1;
        health.review('a lane is ready');
        circuits.whole.connected();
        dispatcher.review();
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
    },
  );
  const ask = createAsk(lanes, deadline);
  const inspector = createInspector(
    (question) => (isServing(health.state()) ? ask(question) : Promise.reject(new RedisUnavailableError(lastReason))),
    resolved.inspectEveryMs,
  );
  const circuits = createCircuits({
    breaker,
    deadline,
    probe: () => probe(ask),
    onNodeSilent: () => lanes.beat(0, deadline),
    onProbe() {
      counters.probes += 1;
    },
    onOpened(opening) {
      if (opening.cause !== 'probe') counters.circuitOpenings += 1;
      emitter.emit('circuit:opened', opening);
      health.review(`the circuit opened: ${opening.reason}`);
    },
    onHalfOpened: (event) => emitter.emit('circuit:half-opened', event),
    onClosed(event) {
      emitter.emit('circuit:closed', event);
      health.review('the circuit closed');
    },
  });
  const dispatcher = createDispatcher({
    deadline,
    lanes,
    circuit: circuits.whole,
    counters,
    limits,
    retry: resolved.retry,
    health: health.state,
    lastReason: () => lastReason,
  });
  const dedicated = createDedicated(endpoint, connectTimeoutMs, {
    onReady() {
      counters.connections += 1;
    },
    onConnectionError() {
      counters.connectionErrors += 1;
    },
  });
  const heartbeat = setInterval(() => {
    lanes.beat(resolved.heartbeatMs, deadline);
    dedicated.beat(resolved.heartbeatMs, deadline);
  }, resolved.heartbeatMs);
  heartbeat.unref();
  if (resolved.connect === 'at-once') lanes.open();

  const keyPrefix = endpoint.kind === 'client' ? endpoint.client.options.keyPrefix : undefined;
  const asText = { replyEncoding: 'utf8', ...(keyPrefix && { keyPrefix }) } as const;
  const asBuffers = { ...asText, replyEncoding: null } as const;
  const sendIn =
    (group?: Set<PooledCommand>): Send =>
    (name, args, replyEncoding) => {
      lanes.open();
      return dispatcher.send(name, args, replyEncoding === null ? asBuffers : asText, group);
    };

  function open(role: Role): Client {
    if (closing) throw new RedisPoolClosedError();
    return dedicated.open(role);
  }

  function nodes(role: 'master'): RedisNode[] {
    const client = lanes.leastBusy()?.client;
    if (client === undefined || !isCluster(client)) return [];
    return client.nodes(role).map((node) => ({
      scan: (cursor, match, pattern, limit, count) => deadline.guard(node.scan(cursor, match, pattern, limit, count)),
      info: (section) => deadline.guard(node.info(section)),
      cluster: (subcommand) => deadline.guard(node.cluster(subcommand)),
    }));
  }

  async function close(): Promise<void> {
    clearInterval(heartbeat);
    health.close();
    dispatcher.review();
    await dispatcher.drain();
    circuits.shutdown();
    await Promise.all([lanes.close(), dedicated.close(), inspector.close()]);
  }

  return {
    ...createCommands(sendIn()),
    deadlineMs,
    get status() {
      return STATUS[health.state()];
    },
    get health() {
      return health.state();
    },
    circuit: circuits.control,
    on: emitter.on,
    duplicate: (settings) => open({ name: 'subscriber', ...(settings && { settings }) }),
    blocking: (longest) => open({ name: 'blocking', longestMs: checks.duration('longest', longest) }),
    withSignal: (signal) => commandsUntil(signal, { send: sendIn, abandon: dispatcher.abandon }),
    ...((endpoint.kind === 'cluster' || (endpoint.kind === 'client' && isCluster(endpoint.client))) && { nodes }),
    async whenReady(within) {
      lanes.open();
      return health.whenServing(checks.duration('within', within));
    },
    stats: () => ({
      ...snapshotOf(counters),
      health: health.state(),
      circuit: circuits.control.state,
      lanes: { total: lanes.total, ready: lanes.readyCount() },
      waiting: dispatcher.waitingCount(),
      subscribers: dedicated.count('subscriber'),
      blocking: dedicated.count('blocking'),
      inspection: inspector.latest,
    }),
    async inspect() {
      lanes.open();
      if (health.state() === 'starting') await health.whenServing(deadlineMs);
      return inspector.inspect();
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
