import { setTimeout as sleep } from 'node:timers/promises';
import { defineScript, type RedisPort, runScript } from '@breakwater/core/redis';
import type { RedisPool } from '../../../src/index.ts';

/** One command, from its call to its end. Times are `performance.now()`. */
export interface Attempt {
  readonly sentAt: number;
  readonly settledAt: number;
  /** `ok`, the code of the pool's error, or the first word of Redis's own. */
  readonly outcome: string;
}

export interface SteadyLoad {
  readonly attempts: readonly Attempt[];
  /** Commands that have not ended yet. */
  readonly pending: number;
  /** The ids that Redis has confirmed to have appended. */
  readonly confirmed: ReadonlySet<string>;
  /** When a command last failed that had its time, by `performance.now()`; -Infinity if none has. */
  readonly failedAt: number;
  /** Resolves to true when all has gone well for `forMs`, or to false `withinMs` from now. */
  untilSteady(forMs: number, withinMs: number): Promise<boolean>;
  /** Sends no more. */
  stop(): void;
}

const EVERY_MS = 10;
const VALUE = 'v'.repeat(2000);
const APPEND = defineScript(`return redis.call('RPUSH', KEYS[1], ARGV[1])`);

/** The list of a tag, which the load appends to. */
export const listKey = (tag: string) => `matrix:{${tag}}:list`;
const valueKey = (tag: string) => `matrix:{${tag}}:value`;

/**
 * 300 operations a second, a third each: GET and SET in turn, RPUSH of an id of its own, and a script that does the
 * same. An id that is in its list twice was executed twice.
 *
 * @param hadItsTime false of a command that fails because this process itself was blocked.
 */
export function startSteadyLoad(
  pool: RedisPool,
  tags: readonly string[],
  hadItsTime: (attempt: Attempt) => boolean,
): SteadyLoad {
  const attempts: Attempt[] = [];
  const confirmed = new Set<string>();
  let pending = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let turn = 0;

  /** Passes the command's end on once it is written down. */
  async function track<T>(command: Promise<T>): Promise<T> {
    const sentAt = performance.now();
    pending += 1;
    let outcome = 'ok';
    try {
      return await command;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      pending -= 1;
      const attempt = { sentAt, settledAt: performance.now(), outcome };
      attempts.push(attempt);
      if (isFailure(attempt) && hadItsTime(attempt)) failedAt = attempt.settledAt;
    }
  }

  const tracked: Pick<RedisPort, 'evalsha' | 'eval'> = {
    evalsha: (...words) => track(pool.evalsha(...words)),
    eval: (...words) => track(pool.eval(...words)),
  };

  async function operate(operation: Promise<unknown>, id?: string): Promise<void> {
    try {
      await operation;
      if (id !== undefined) confirmed.add(id);
    } catch {
      // Written down where it was tracked.
    }
  }

  const ticker = setInterval(() => {
    turn += 1;
    // By twos: each tag's value is both written and read.
    const tag = tags[Math.floor(turn / 2) % tags.length] ?? '';
    const [value, list] = [valueKey(tag), listKey(tag)];
    void operate(track(turn % 2 ? pool.get(value) : pool.set(value, VALUE, 'PX', 60_000)));
    void operate(track(pool.call('RPUSH', list, `command-${turn}`)), `command-${turn}`);
    void operate(runScript(tracked, APPEND, [list], [`script-${turn}`]), `script-${turn}`);
  }, EVERY_MS);

  return {
    attempts,
    confirmed,
    get pending() {
      return pending;
    },
    get failedAt() {
      return failedAt;
    },
    async untilSteady(forMs, withinMs) {
      const beganAt = performance.now();
      for (;;) {
        const now = performance.now();
        if (now - Math.max(beganAt, failedAt) >= forMs) return true;
        if (now - beganAt >= withinMs) return false;
        await sleep(EVERY_MS);
      }
    },
    stop: () => clearInterval(ticker),
  };
}

/** An unknown script is no failure: it is what makes the caller send its text. */
export function isFailure({ outcome }: Attempt): boolean {
  return outcome !== 'ok' && outcome !== 'NOSCRIPT';
}

function outcomeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message.split(' ', 1)[0] ?? error.name;
}
