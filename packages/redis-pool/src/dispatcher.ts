import { type Deadline, RedisUnavailableError } from '@breakwater/core/redis';
import type { Circuit } from './circuit.ts';
import { kindOfCall } from './command-kinds.ts';
import type { Counters } from './counters.ts';
import { RedisOverloadedError, RedisPoolClosedError } from './errors.ts';
import { failureKind, isReadOnly, isTransient } from './failure.ts';
import { isServing } from './health.ts';
import type { Lanes } from './lanes.ts';
import { createLargeValues } from './large-values.ts';
import type { Limits } from './limit-options.ts';
import { createLostConnections, lossOf } from './lost-connections.ts';
import { type CommandOwner, type CommandSettings, PooledCommand } from './pooled-command.ts';
import { repeatLater } from './retry.ts';
import type { RetrySettings } from './retry-options.ts';
import type { PoolHealth } from './stats.ts';
import { createWaitingRoom } from './waiting-room.ts';

/** Sends commands down the lanes, and sees to it that every caller is told by the deadline. */
export interface Dispatcher {
  waitingCount(): number;
  /** @param group is where the command stays until its caller was told, for who may have to `abandon` it. */
  send(name: string, args: unknown[], settings: CommandSettings, group?: Set<PooledCommand>): Promise<unknown>;
  /** Tells a caller `reason` at once. What was not sent is not sent. */
  abandon(command: PooledCommand, reason: Error): void;
  /** Sends or refuses what waits, after a change of the lanes or the circuit. */
  review(): void;
  /** Resolves when every caller has been told. */
  drain(): Promise<void>;
}

export interface DispatcherParts {
  readonly deadline: Deadline;
  readonly lanes: Lanes;
  readonly circuit: Circuit;
  readonly counters: Counters;
  readonly limits: Limits;
  readonly retry: RetrySettings;
  health(): PoolHealth;
  /** Why there is no lane. */
  lastReason(): string;
}

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { deadline, lanes, circuit, counters, limits, retry } = parts;
  const owner: CommandOwner = { onReply, onError, onDeadline };
  const largeValues = createLargeValues();
  const losses = createLostConnections();
  const waiting = createWaitingRoom(limits.waiting, limits.waitTimeoutMs, (command) => {
    // Not overloaded but not yet connected: that may take the whole deadline.
    if (parts.health() === 'starting') return;
    waiting.delete(command);
    refuse(command, overload(`no connection had room for it within ${limits.waitTimeoutMs} ms`));
  });
  /** What the arguments of all commands weigh that are waiting, or sent and not yet answered. */
  let weight = 0;
  let tellDrained: (() => void) | undefined;

  function send(
    name: string,
    args: unknown[],
    settings: CommandSettings,
    group?: Set<PooledCommand>,
  ): Promise<unknown> {
    counters.commands += 1;
    const health = parts.health();
    if (!circuit.isClosed() || health === 'closed' || (lanes.readyCount() === 0 && health !== 'starting')) {
      return Promise.reject(refusal());
    }
    const command = new PooledCommand(owner, name, args, settings);
    const lane = waiting.size() === 0 ? lanes.choose(largeValues.has(command), command.since) : undefined;
    if (lane === undefined && waiting.isFull()) {
      return Promise.reject(overload(`${waiting.size()} commands are waiting`));
    }
    if (weight + command.weight > limits.bytes) {
      return Promise.reject(overload(`its ${command.weight} bytes and the ${weight} under way exceed ${limits.bytes}`));
    }
    weight += command.weight;
    command.group = group;
    group?.add(command);
    deadline.enter(command);
    counters.inFlight += 1;
    if (lane) lane.send(command);
    else waiting.add(command);
    return command.promise;
  }

  function refusal(): Error {
    if (parts.health() === 'closed') return new RedisPoolClosedError();
    if (!circuit.isClosed()) {
      counters.rejections += 1;
      return new RedisUnavailableError(`the circuit is open: ${circuit.control.reason}`);
    }
    counters.outageFailures += 1;
    circuit.failed(performance.now());
    return new RedisUnavailableError(`no connection: ${parts.lastReason()}`);
  }

  function overload(problem: string): Error {
    counters.overloads += 1;
    return new RedisOverloadedError(problem);
  }

  function onReply(command: PooledCommand, reply: unknown): void {
    release(command);
    if (answered(command)) {
      command.call.tell(reply);
      largeValues.note(command, reply);
    }
    if (waiting.size() > 0) admit();
  }

  /** Whether the caller still waits: an answer after the deadline says that the lane lives, not that Redis is well. */
  function answered({ call, circuit: own = circuit, lane }: PooledCommand): boolean {
    if (!conclude(call)) return false;
    const at = lane?.heard.at ?? performance.now();
    const tookMs = at - call.since;
    own.answered(at, tookMs);
    counters.latency.record(kindOfCall(call.name, call.args), tookMs);
    return true;
  }

  function onError(command: PooledCommand, error: Error): void {
    const { call, lane } = command;
    release(command);
    if (error instanceof RedisUnavailableError) {
      if (!call.isTold) turnAway(call, error);
      return;
    }
    if (isReadOnly(error) && lane) lanes.renew(lane);
    if (!call.isTold) fail(command, error);
    if (waiting.size() > 0) admit();
  }

  /** The circuit of its node is open. No byte of it was sent, and nothing is learned from it. */
  function turnAway(call: PooledCommand, error: RedisUnavailableError): void {
    // Of a repetition, its caller is told what became of the first.
    if (call.giveUp) call.giveUp();
    else {
      counters.rejections += 1;
      refuse(call, error);
    }
  }

  function fail(command: PooledCommand, error: Error): void {
    const { call } = command;
    const kind = failureKind(error);
    const isCounted = kind === 'outage-reply' || (kind === 'connection' && losses.isNew(command, error));
    const problem = kind === 'connection' ? lossOf(command, error) : error;
    const blamed = command.circuit ?? circuit;
    call.giveUp = () => {
      // Only now: a call that is repeated counts once, by its end, not once for each attempt.
      if (isCounted) blamed.failed(call.since);
      counters.outageFailures += 1;
      refuse(call, problem);
    };
    if (isTransient(error) && repeatLater(call, retry, deadline.ms, () => repeatNow(call))) return;
    if (kind !== 'reply') call.giveUp();
    else {
      answered(command);
      counters.replyErrors += 1;
      call.refuse(error);
    }
  }

  function repeatNow(call: PooledCommand): void {
    if (call.isTold) return;
    const lane =
      circuit.isClosed() && waiting.size() === 0 ? lanes.choose(largeValues.has(call), performance.now()) : undefined;
    if (lane === undefined) {
      call.giveUp?.();
      return;
    }
    counters.retries += 1;
    const attempt = new PooledCommand(owner, call.name, call.args, { replyEncoding: null }, call);
    weight += attempt.weight;
    call.latest = attempt;
    lane.send(attempt);
  }

  function onDeadline(call: PooledCommand, error: Error): void {
    waiting.delete(call);
    counters.deadlineFailures += 1;
    counters.outageFailures += 1;
    (call.latest.circuit ?? circuit).failed(call.since);
    refuse(call, error);
    // Half-open sockets and black holes never say that they are dead. Where there is one there may be others.
    const { lane } = call.latest;
    if (lane?.dropIfSilent(call.latest, `it was silent for ${deadline.ms} ms`)) lanes.beat(0, deadline);
  }

  function refuse(call: PooledCommand, error: Error): void {
    if (conclude(call)) call.refuse(error);
  }

  /** It is off its lane. */
  function release(command: PooledCommand): void {
    weight -= command.weight;
    if (command.lane) command.lane.inFlight -= 1;
  }

  /** Its caller is being told. */
  function conclude(call: PooledCommand): boolean {
    if (call.isTold) return false;
    call.isTold = true;
    // Sent, it weighs until its connection has done with it.
    if (call.lane === undefined) weight -= call.weight;
    call.group?.delete(call);
    deadline.leave(call);
    counters.inFlight -= 1;
    if (counters.inFlight === 0) tellDrained?.();
    return true;
  }

  /** Sends what waits, as far as there is room. */
  function admit(): void {
    for (let command = waiting.first(); command; command = waiting.first()) {
      const lane =
        circuit.isClosed() && parts.health() !== 'closed'
          ? lanes.choose(largeValues.has(command), performance.now())
          : undefined;
      if (lane === undefined) return;
      waiting.delete(command);
      lane.send(command);
    }
  }

  return {
    waitingCount: () => waiting.size(),
    send,
    abandon(command, reason) {
      waiting.delete(command);
      refuse(command, reason);
    },
    review() {
      admit();
      if (parts.health() === 'starting' || isServing(parts.health())) return;
      for (let command = waiting.first(); command; command = waiting.first()) {
        waiting.delete(command);
        refuse(command, refusal());
      }
    },
    drain() {
      if (counters.inFlight === 0) return Promise.resolve();
      return new Promise((resolve) => {
        tellDrained = resolve;
      });
    },
  };
}
