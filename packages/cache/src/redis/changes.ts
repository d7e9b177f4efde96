import { type RedisPort, type RedisValue, runScript } from '@breakwater/core/redis';
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
    | 'replace'
    | 'lease'
    | 'renew'
    | 'release'
    | 'invalidate'
    | 'expire'
    | 'forget'
    | 'expireTag'
    | 'expireEntry'
    | 'sweep'
    | 'announce';
  /** All in one slot. */
  readonly keys: readonly string[];
  readonly values: readonly RedisValue[];
  readonly announcement?: Partial<Announcement>;
}

/** Applies a change and resolves with its reply. What is changed in one turn of the event loop leaves as one script call. */
export type ApplyChange = (change: Change) => Promise<unknown>;

interface Waiter {
  readonly change: Change;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** A script holds up everybody else's commands, and Lua's stack bounds its arguments. */
const MAX_CHANGES = 128;
const MAX_BYTES = 1024 ** 2;

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
  const recordKeys = record === undefined ? [] : [record];
  let waiters: Waiter[] = [];
  let bytes = 0;
  let inFlight = 0;

  async function send(waiting: readonly Waiter[]): Promise<void> {
    inFlight += 1;
    try {
      const keys = [...recordKeys];
      const values: RedisValue[] = [channel, messageFor(waiting), recordKeys.length > 0 ? 'record' : ''];
      for (const { change } of waiting) {
        keys.push(...change.keys);
        values.push(change.verb, ...change.values);
      }
      settle(waiting, (await runScript(redis, APPLY_CHANGES, keys, values)) as readonly unknown[]);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    } finally {
      inFlight -= 1;
    }
  }

  function settle(waiting: readonly Waiter[], replies: readonly unknown[]): void {
    // By index: every write passes here.
    for (let index = 0; index < waiting.length; index += 1) {
      const { resolve, reject } = waiting[index] as Waiter;
      const reply = replies[index];
      if (reply instanceof Error) reject(reply);
      else resolve(reply);
    }
  }

  function messageFor(waiting: readonly Waiter[]): string {
    const announcements = waiting.flatMap(({ change }) => change.announcement ?? []);
    return announcements.length > 0 ? messageOf(mergeAnnouncements(announcements)) : '';
  }

  function flush(): void {
    if (waiters.length === 0) return;
    void send(waiters);
    waiters = [];
    bytes = 0;
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
    if (waiters.length >= maxChanges || bytes >= MAX_BYTES) flush();
  }

  return (change) => new Promise((resolve, reject) => enqueue({ change, resolve, reject }));
}
