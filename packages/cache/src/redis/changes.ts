import { RedisDeadlineError, type RedisPort, type RedisValue, runScript } from '@breakwater/core/redis';
import { type Announcement, mergeAnnouncements } from '../bus/announcement.ts';
import { APPLY_CHANGES } from './changes-script.ts';

/** One change in Redis: a verb of {@link APPLY_CHANGES}, what it takes, and what others must hear of it. */
export interface Change {
  readonly verb:
    | 'ensure'
    | 'rewrap'
    | 'store'
    | 'flush'
    | 'commit'
    | 'withdraw'
    | 'replace'
    | 'lease'
    | 'renew'
    | 'release'
    | 'invalidate'
    | 'take'
    | 'expire'
    | 'unlink'
    | 'expireTag'
    | 'expireEntry'
    | 'raise'
    | 'announce';
  /** All in one slot. */
  readonly keys: readonly string[];
  /** How long what it writes is kept; the verbs that write no entry and no generation have none. */
  readonly ttlMs?: number;
  /** What a flush says beside that of writes of one moment. */
  readonly origin?: string;
  readonly values: readonly RedisValue[];
  readonly announcement?: Partial<Announcement>;
}

/**
 * Applies a change and resolves with its reply. What is changed in one turn of the event loop leaves as one script
 * call, or a few. Changes of one key arrive in the order of their calls, whichever connections of a pool they take
 * (on a Cluster: if they take the same one).
 */
export type ApplyChange = (change: Change) => Promise<unknown>;

interface Waiter {
  readonly change: Change;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** A script holds up everybody else's commands, and Lua's stack bounds its arguments. */
const MAX_CHANGES = 128;
const MAX_BYTES = 1024 ** 2;

/**
 * This many leave at once while Redis is idle: it applies them while this process makes the rest. Otherwise 50
 * callers would all wait for this process, and then all for Redis. Fewer are not worth a call of their own: of 20,
 * 26, 32 and 40 the first two were fastest at 50 at a time.
 */
const MAX_IDLE_CHANGES = 24;

export interface ChangesOptions {
  readonly channel: string;
  /** The stream that records messages; without one they are published only. */
  readonly record: string | undefined;
  /** The text of a message to the other instances; called once a script call that has something to tell. */
  readonly messageOf: (announcement: Partial<Announcement>) => string;
}

/** On a Cluster every change is a script call of its own: a script must not cross slots. */
export function createChanges(redis: RedisPort, { channel, record, messageOf }: ChangesOptions): ApplyChange {
  const maxChanges = redis.nodes ? 1 : MAX_CHANGES;
  const maxIdleChanges = Math.min(maxChanges, MAX_IDLE_CHANGES);
  const recordKeys = record === undefined ? [] : [record];
  const keysUnderWay = new Set<string | undefined>();
  /** Batches that are complete and may not leave yet, in their order: behind one that waits, all wait. */
  const held: Waiter[][] = [];
  let waiters: Waiter[] = [];
  let bytes = 0;
  let inFlight = 0;
  let isDue = false;

  async function send(waiting: readonly Waiter[]): Promise<void> {
    inFlight += 1;
    for (const { change } of waiting) keysUnderWay.add(change.keys[0]);
    try {
      const keys = [...recordKeys];
      const values: RedisValue[] = [channel, messageFor(waiting), recordKeys.length > 0 ? 'record' : ''];
      pack(waiting, keys, values);
      settle(waiting, await runScript(redis, APPLY_CHANGES, keys, values));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      if (error instanceof RedisDeadlineError) giveUpBehind(waiting, error);
    } finally {
      inFlight -= 1;
      for (const { change } of waiting) keysUnderWay.delete(change.keys[0]);
      release();
    }
  }

  /** Of what waits for a silent one, each would be silent for a deadline of its own, one after the other. */
  function giveUpBehind(silent: readonly Waiter[], error: RedisDeadlineError): void {
    const silentKeys = new Set(silent.map(({ change }) => change.keys[0]));
    for (const [index, waiting] of held.entries()) {
      held[index] = waiting.filter(({ change }) => !silentKeys.has(change.keys[0]));
      for (const { change, reject } of waiting) if (silentKeys.has(change.keys[0])) reject(error);
    }
  }

  function settle(waiting: readonly Waiter[], replies: unknown): void {
    // By index: every write passes here.
    for (let index = 0; index < waiting.length; index += 1) {
      const { resolve, reject } = waiting[index] as Waiter;
      const reply = Array.isArray(replies) ? replies[index] : replies;
      if (reply instanceof Error) reject(reply);
      else resolve(reply);
    }
  }

  function messageFor(waiting: readonly Waiter[]): string {
    const announcements = waiting.flatMap(({ change }) => change.announcement ?? []);
    return announcements.length > 0 ? messageOf(mergeAnnouncements(announcements)) : '';
  }

  /** Closes the batch. It leaves as soon as it cannot overtake a change of the same key that is under way. */
  function complete(): void {
    isDue = false;
    if (waiters.length === 0) return;
    held.push(waiters);
    waiters = [];
    bytes = 0;
    release();
  }

  function release(): void {
    for (let next = held[0]; next && mayLeave(next); next = held[0]) {
      held.shift();
      if (next.length > 0) void send(next);
    }
    if (held.length === 0 && isDue) complete();
  }

  /**
   * Two script calls may take two connections of a pool, and the later one arrive first: an earlier value would end up over a
   * later one, or over its removal. Not on a Cluster: there each change is a call of its own, and all would wait for one key's.
   */
  function mayLeave(waiting: readonly Waiter[]): boolean {
    return (
      inFlight === 0 || redis.nodes !== undefined || !waiting.some(({ change }) => keysUnderWay.has(change.keys[0]))
    );
  }

  function flush(): void {
    // While batches are held, all that comes is gathered in one.
    isDue = held.length > 0;
    if (!isDue) complete();
  }

  function schedule(): void {
    // As with reads: a lone change leaves at the end of its tick, others gather while one is under way.
    if (inFlight === 0) process.nextTick(flush);
    else setImmediate(flush);
  }

  function enqueue(waiter: Waiter): void {
    if (waiters.length === 0) schedule();
    waiters.push(waiter);
    for (const value of waiter.change.values) bytes += typeof value === 'number' ? 8 : value.length;
    // Nobody waits for a flush, and two calls cost more than one.
    const isHurried = inFlight === 0 && waiter.change.verb !== 'flush';
    if (waiters.length >= (isHurried ? maxIdleChanges : maxChanges) || bytes >= MAX_BYTES) complete();
  }

  return (change) => new Promise((resolve, reject) => enqueue({ change, resolve, reject }));
}

/** Changes in a row with the same verb, ttl and origin are a run, which names them once: every argument costs both sides. */
function pack(waiting: readonly Waiter[], keys: string[], values: RedisValue[]): void {
  for (let from = 0, end = 0; from < waiting.length; from = end) {
    const first = (waiting[from] as Waiter).change;
    while (end < waiting.length && isOfRun(first, (waiting[end] as Waiter).change)) end += 1;
    if (end - from > 1) values.push(end - from);
    const { verb, ttlMs = '', origin } = first;
    values.push(verb, origin === undefined ? ttlMs : `${ttlMs} ${origin}`);
    for (const { change } of waiting.slice(from, end)) {
      keys.push(...change.keys);
      values.push(...change.values);
    }
  }
}

function isOfRun({ verb, ttlMs, origin }: Change, next: Change): boolean {
  return next.verb === verb && next.ttlMs === ttlMs && next.origin === origin;
}
