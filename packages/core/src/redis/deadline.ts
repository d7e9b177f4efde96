import { RedisDeadlineError } from './errors.ts';
import type { SentCall } from './port.ts';

/** Bounds promises by one duration with one timer in all, however many are under way. */
export interface Deadline {
  readonly ms: number;
  /** Settles as `work` does, or rejects with {@link RedisDeadlineError} after `ms`; `work` itself goes on unheard. */
  guard<T>(work: Promise<T>): Promise<T>;
  /** The same from when `call` was sent, for a caller who hears of both by himself, and needs no promise for it. */
  hear<Sent extends SentCall, T>(
    call: Sent,
    work: Promise<T>,
    answered: (call: Sent, value: T) => void,
    failed: (call: Sent, error: unknown) => void,
  ): void;
  /** The same for a caller that keeps its own record of the work: expires `waiter` after `ms`, unless it has left. */
  enter(waiter: Waiter): void;
  /** @returns whether it was still waiting. */
  leave(waiter: Waiter): boolean;
}

export interface Waiter {
  /** When the waiting began, by `performance.now()`; never earlier than that of a waiter that entered before. */
  readonly since: number;
  /** Whether it is in the queue, and its neighbours there, which are the deadline's business. */
  isWaiting?: boolean;
  before?: Waiter | undefined;
  behind?: Waiter | undefined;
  expire(error: RedisDeadlineError): void;
}

/**
 * A timer that is so late says that the process stood still. What was asked for before that in one tick with others may be
 * leaving only now, and so long is Redis given to answer it.
 */
const STOOD_STILL_MS = 10;

/**
 * @param ms milliseconds, the same for every promise: so the oldest waiter is always the next to expire.
 * @param holdsProcess whether it keeps the process from ending while somebody waits. Where something else does, a socket
 * for one, each lone command saves two calls into Node, a tenth of what it takes.
 */
export function createDeadline(ms: number, { holdsProcess = true } = {}): Deadline {
  // Node's globals are getters, which no compiled code looks behind: three clocks a hit in Redis were a hundredth of it.
  const clock = performance;
  // A linked list, and not a Set: under load a Set outgrows its table every few hundred waiters, and the tables left
  // behind in V8's old generation keep all those waiters from its young collections.
  let first: Waiter | undefined;
  let last: Waiter | undefined;
  let timer: NodeJS.Timeout | undefined;

  function wake(): void {
    const lateMs = first ? clock.now() - first.since - ms : 0;
    if (lateMs < STOOD_STILL_MS) expireBehindReads();
    else timer = start(STOOD_STILL_MS, expireBehindReads);
  }

  /** When the process itself was busy, answers may lie in the sockets: they are read between a timer and an immediate. */
  function expireBehindReads(): void {
    setImmediate(expire);
  }

  function expire(): void {
    const now = clock.now();
    // The timer stays set meanwhile: who enters while another expires would set it too late for those before.
    for (let waiter = first; waiter && waiter.since + ms <= now; waiter = first) {
      leave(waiter);
      waiter.expire(new RedisDeadlineError(ms));
    }
    timer = first && start(Math.ceil(first.since + ms - now), wake);
  }

  function start(delayMs: number, run: () => void): NodeJS.Timeout {
    const started = setTimeout(run, delayMs);
    return holdsProcess ? started : started.unref();
  }

  function enter(waiter: Waiter): void {
    waiter.isWaiting = true;
    if (last) last.behind = waiter;
    else first = waiter;
    waiter.before = last;
    last = waiter;
    if (timer === undefined) timer = start(ms, wake);
    else if (holdsProcess) timer.ref();
  }

  function leave(waiter: Waiter): boolean {
    if (!waiter.isWaiting) return false;
    const { before, behind } = waiter;
    if (before) before.behind = behind;
    else if (first === waiter) first = behind;
    if (behind) behind.before = before;
    else if (last === waiter) last = before;
    waiter.before = undefined;
    waiter.behind = undefined;
    waiter.isWaiting = false;
    // The timer holds the process only while somebody waits.
    if (holdsProcess && first === undefined) timer?.unref();
    return true;
  }

  function hear<Sent extends SentCall, T>(
    call: Sent,
    work: Promise<T>,
    answered: (call: Sent, value: T) => void,
    failed: (call: Sent, error: unknown) => void,
  ): void {
    const waiter: Heard<Sent> = {
      since: call.sentAt,
      isWaiting: true,
      before: undefined,
      behind: undefined,
      expire: expireHeard,
      call,
      failed,
    };
    enter(waiter);
    work.then(
      (value) => {
        if (leave(waiter)) answered(call, value);
      },
      (error) => {
        if (leave(waiter)) failed(call, error);
      },
    );
  }

  return {
    ms,
    enter,
    leave,
    hear,
    guard: (work) =>
      new Promise((resolve, reject) => hear({ sentAt: clock.now(), resolve, reject }, work, pass, refuse)),
  };
}

/** Who waits for a call, and is told of it. */
interface Heard<Sent> extends Waiter {
  readonly call: Sent;
  readonly failed: (call: Sent, error: unknown) => void;
}

/** One for all of them, instead of one for each. */
function expireHeard<Sent>(this: Heard<Sent>, error: unknown): void {
  this.failed(this.call, error);
}

interface Guarded<T> extends SentCall {
  resolve(value: T): void;
  reject(error: unknown): void;
}

function pass<T>({ resolve }: Guarded<T>, value: T): void {
  resolve(value);
}

function refuse({ reject }: Guarded<never>, error: unknown): void {
  reject(error);
}
