import type { Deadline, Waiter } from '@breakwater/core/redis';
import { RedisUnavailableError } from '@breakwater/core/redis';
import type { Circuit } from './circuit.ts';
import { kindOfCall } from './command-kinds.ts';
import type { CommandName } from './commands.ts';
import type { Counters } from './counters.ts';
import { RedisConnectionLostError, RedisPoolClosedError } from './errors.ts';
import { failureKind } from './failure.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import type { PoolHealth } from './stats.ts';

/** Sends commands down the lanes, and sees to it that every caller is told by the deadline. */
export interface Dispatcher {
  send(name: CommandName, args: unknown[]): Promise<unknown>;
  /** Sends or refuses what waited for the first connection. */
  release(): void;
  /** Resolves when every caller has been told. */
  drain(): Promise<void>;
}

export interface DispatcherParts {
  readonly deadline: Deadline;
  readonly lanes: Lanes;
  readonly circuit: Circuit;
  readonly counters: Counters;
  health(): PoolHealth;
  /** Why there is no lane. */
  lastReason(): string;
}

/** A caller who has not been told yet. Its record is also its place in the deadline's queue. */
interface Call extends Waiter {
  readonly name: CommandName;
  readonly args: unknown[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Absent while it waits for the first connection. */
  lane?: Lane;
  isTold: boolean;
}

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { deadline, lanes, circuit, counters } = parts;
  const held = new Set<Call>();
  let tellDrained: (() => void) | undefined;

  function send(name: CommandName, args: unknown[]): Promise<unknown> {
    counters.commands += 1;
    const health = parts.health();
    const lane = circuit.isClosed && health !== 'closed' ? lanes.leastBusy() : undefined;
    if (lane === undefined && health !== 'starting') return Promise.reject(refusal());
    return new Promise((resolve, reject) => {
      const call: Call = {
        name,
        args,
        resolve,
        reject,
        isTold: false,
        since: performance.now(),
        expire: (error) => expire(call, error),
      };
      deadline.enter(call);
      counters.inFlight += 1;
      if (lane) transmit(call, lane);
      else held.add(call);
    });
  }

  function refusal(): Error {
    if (parts.health() === 'closed') return new RedisPoolClosedError();
    if (!circuit.isClosed) {
      counters.rejections += 1;
      return new RedisUnavailableError(`the circuit is open: ${circuit.control.reason}`);
    }
    counters.outageFailures += 1;
    circuit.failed(performance.now());
    return new RedisUnavailableError(`no connection: ${parts.lastReason()}`);
  }

  function transmit(call: Call, lane: Lane): void {
    call.lane = lane;
    lane.gather();
    lane.inFlight += 1;
    lane.commands[call.name](...call.args).then(
      (value) => {
        lane.inFlight -= 1;
        if (answered(call, lane)) call.resolve(value);
      },
      (error) => {
        lane.inFlight -= 1;
        fail(call, lane, error);
      },
    );
  }

  /** Whether the caller still waits: an answer after the deadline says that the lane lives, not that Redis is well. */
  function answered(call: Call, lane: Lane): boolean {
    const now = performance.now();
    lane.heardAt = now;
    if (!conclude(call)) return false;
    circuit.answered(now, now - call.since);
    counters.latency.record(kindOfCall(call.name, call.args), now - call.since);
    return true;
  }

  function fail(call: Call, lane: Lane, error: unknown): void {
    const kind = failureKind(error);
    if (kind === 'reply') {
      if (!answered(call, lane)) return;
      counters.replyErrors += 1;
      call.reject(error);
      return;
    }
    if (kind === 'outage-reply') lane.heardAt = performance.now();
    if (!conclude(call)) return;
    counters.outageFailures += 1;
    // A lost connection is one failure, however many commands were on it: the last of them speaks for all.
    if (kind === 'outage-reply' || lane.inFlight === 0) circuit.failed(call.since);
    call.reject(kind === 'connection' ? new RedisConnectionLostError({ cause: error }) : error);
  }

  function expire(call: Call, error: Error): void {
    held.delete(call);
    conclude(call);
    counters.outageFailures += 1;
    counters.deadlineFailures += 1;
    circuit.failed(call.since);
    // Half-open sockets and black holes never say that they are dead.
    if (call.lane && call.lane.heardAt < call.since) call.lane.replace(`it was silent for ${deadline.ms} ms`);
    call.reject(error);
  }

  function conclude(call: Call): boolean {
    if (call.isTold) return false;
    call.isTold = true;
    deadline.leave(call);
    counters.inFlight -= 1;
    if (counters.inFlight === 0) tellDrained?.();
    return true;
  }

  return {
    send,
    release() {
      for (const call of held) {
        held.delete(call);
        const lane = circuit.isClosed && parts.health() === 'up' ? lanes.leastBusy() : undefined;
        if (lane) {
          transmit(call, lane);
        } else {
          conclude(call);
          call.reject(refusal());
        }
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
