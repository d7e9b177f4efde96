import type { BackgroundWork, Clock } from '@breakwater/core';
import { isSubjectTag } from '../encryption/subject.ts';
import type { SubjectKey, SubjectKeys } from '../encryption/subject-keys.ts';
import type { Stamp } from '../entries/frame.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import { createConfirm } from './confirm.ts';
import { staleSinceOf } from './generation-id.ts';
import { areCurrent, type Generation, type GenerationOrigin, type GenerationTable } from './generations.ts';
import { createMemoryGenerations, withNamespace } from './memory-generations.ts';
import type { WriteGenerations } from './write-generations.ts';

/** Finds the generations of tags: in the process's table where it can be trusted, else in Redis. */
export interface TagGenerations {
  /**
   * What an entry of these stamps stands on now, `undefined` where one of them is dead or cannot be asked about. At once where
   * the table can answer: every hit in Redis passes here.
   */
  verify(stamps: readonly Stamp[]): Standing | undefined | Promise<Standing | undefined>;
  /** The current ones for an entry that will live `ttlMs`: the namespace's, then the tags'. */
  forWrite(tags: readonly string[], ttlMs: number): Promise<WriteGenerations>;
  /** The same if the table alone can answer. */
  known(tags: readonly string[], ttlMs: number): WriteGenerations | undefined;
  /** The same for an entry that stays in memory: what the table has, or generations of this process's own. */
  forMemory(tags: readonly string[]): WriteGenerations;
  /** False while the bus is away: the table may have missed invalidations, so Redis is asked each time. */
  setTrusted(trusted: boolean): void;
}

/** What an entry stands on. */
export interface Standing {
  readonly generations: readonly Generation[];
  /** Since when it is stale, `Infinity` where none of its tags was expired: see {@link staleSinceOf}. */
  readonly staleSinceMs: number;
}

export interface TagGenerationsOptions {
  readonly table: GenerationTable;
  readonly redis: RedisTier | undefined;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly subjectKeys: SubjectKeys | undefined;
  readonly background: BackgroundWork;
  /** The data key of a subject cannot be unwrapped. */
  readonly onUnreadableKey: () => void;
}

/**
 * A generation key is kept for twice the life of the entries written under it and a day at least, and renewed by writes
 * in its second half, so that it outlives every entry. Should Redis lose one all the same, its entries are dead.
 */
const MIN_GENERATION_TTL_MS = 86_400_000;

/** Redis has none. */
const GONE = 'gone';
/** `undefined` where it cannot be had. */
type Answer = Generation | typeof GONE | undefined;

const MAX_DEAD = 10_000;

export function createTagGenerations(options: TagGenerationsOptions): TagGenerations {
  const { table, redis, newId, clock, subjectKeys, background } = options;
  let isTrusted = redis === undefined;
  /** In this turn. */
  const asked = new Map<string, Promise<Answer>>();
  /** Stamps that {@link alive} has found to be dead: what else stands on them need not be asked about. */
  const dead = new Set<string>();
  /** The last that were verified: as long as no generation ends, entries of the very same stamps stand on the same. */
  let verified:
    | { readonly stamps: readonly Stamp[]; readonly standing: Standing; readonly endsSeen: number }
    | undefined;
  /** The last that a write was given: as long as no generation ends, writes under the very same tags stand on the same. */
  let given:
    | { readonly tags: readonly string[]; readonly write: WriteGenerations; livesUntilMs: number; endsSeen: number }
    | undefined;

  function knownFor(tag: string, untilMs: number): Generation | undefined {
    const generation = table.known(tag);
    if (!redis) return generation;
    return isTrusted && generation?.shared && generation.livesUntilMs >= untilMs ? generation : undefined;
  }

  const forMemory = createMemoryGenerations(table, newId);

  function learn(tag: string, text: string | undefined, origin: GenerationOrigin): Generation | undefined {
    if (text !== undefined && !isSubjectTag(tag)) return table.admit(tag, text, origin);
    const key = text === undefined ? undefined : learnSubjectKey(tag, text);
    if (key) return table.admit(tag, key.id, { ...origin, dataKey: key.dataKey });
    table.forget(tag);
    return undefined;
  }

  function learnSubjectKey(tag: string, wrapped: string): SubjectKey | undefined {
    const key = subjectKeys?.unwrap(tag, wrapped);
    if (!key) options.onUnreadableKey();
    const rewrapped = key?.rewrapped;
    if (rewrapped) background.run('wrapping of a data key', async () => redis?.rewrap(tag, wrapped, rewrapped));
    return key;
  }

  /** Those of `tags`, made where Redis has none; `undefined` where it does not say. */
  async function ensure(tags: readonly string[], keptForMs: number) {
    const mark = table.mark();
    const livesUntilMs = clock.now() + keptForMs;
    const ids = await redis?.ensureGenerations(tags, keptForMs);
    if (ids === undefined || isFailure(ids)) return undefined;
    const origin = { mark, shared: true, livesUntilMs, confirmedAtMs: clock.now() };
    return new Map(tags.map((tag, index) => [tag, learn(tag, ids[index], origin)]));
  }

  const confirm = createConfirm(background, (tag) => ensure([tag], MIN_GENERATION_TTL_MS));

  async function askFor(tag: string, { readGenerations }: RedisTier): Promise<Answer> {
    const mark = table.mark();
    const ids = await readGenerations([tag]);
    if (isFailure(ids)) return undefined;
    const origin = { mark, shared: true, livesUntilMs: 0, confirmedAtMs: clock.now() };
    return learn(tag, ids[0], origin) ?? (ids[0] === undefined ? GONE : undefined);
  }

  /** What many entries of one answer stand on is asked for once. Not longer: a later question may have another answer. */
  function askOnce(tag: string, tier: RedisTier): Promise<Answer> {
    const known = asked.get(tag);
    if (known) return known;
    if (asked.size === 0) process.nextTick(() => asked.clear());
    const asking = askFor(tag, tier);
    asked.set(tag, asking);
    return asking;
  }

  async function ask(stamps: readonly Stamp[]): Promise<Standing | undefined> {
    if (!redis) return undefined;
    const mark = table.mark();
    const asking = stamps.map(({ tag, generation }) => {
      const known = knownFor(tag, 0);
      return known && staleSinceOf(generation, known.id) !== undefined ? known : askOnce(tag, redis);
    });
    const found: Generation[] = [];
    for (const [index, one] of asking.entries()) {
      const answer = one instanceof Promise ? await one : one;
      const generation = answer && alive(stamps[index]?.generation ?? '', answer);
      if (!generation) return undefined;
      found.push(generation);
    }
    return areCurrent(found) || isJustRead(stamps, asking, mark) ? standingOf(stamps, found) : undefined;
  }

  /**
   * Where all was forgotten since `mark`, because the bus has just connected or missed something, what Redis has said is not to be
   * relied on any longer. It is true of this read all the same.
   */
  function isJustRead(stamps: readonly Stamp[], asking: readonly unknown[], mark: number): boolean {
    return asking.every((one) => one instanceof Promise) && !stamps.some(({ tag }) => table.isForgotten(tag, mark));
  }

  function look(stamps: readonly Stamp[]): Standing | undefined | Promise<Standing | undefined> {
    const found: Generation[] = [];
    for (const { tag, generation } of stamps) {
      const known = knownFor(tag, 0);
      // A stamp of another generation is from before this one, or Redis has lost this one, of which nobody tells.
      if (!known || staleSinceOf(generation, known.id) === undefined) {
        return stamps.some((stamp) => dead.has(stamp.generation)) ? undefined : ask(stamps);
      }
      found.push(known);
    }
    const standing = standingOf(stamps, found);
    if (standing) verified = { stamps, standing, endsSeen: table.ends.count };
    return standing;
  }

  /** What a write under `tags` stands on, if the table has it all. */
  function lookUp(tags: readonly string[], untilMs: number): WriteGenerations | undefined {
    const generations = withNamespace(tags).map((tag) => knownFor(tag, untilMs));
    if (!areFound(generations)) return undefined;
    const livesUntilMs = Math.min(...generations.map((generation) => generation.livesUntilMs));
    given = { tags, write: { generations, shared: true }, livesUntilMs, endsSeen: table.ends.count };
    return given.write;
  }

  /** A stamp was current before its entry was read. If it is not any more, it never will be: ids do not come back. */
  function alive(stamp: string, answer: Generation | typeof GONE): Generation | undefined {
    if (answer !== GONE && staleSinceOf(stamp, answer.id) !== undefined) return answer;
    if (dead.size >= MAX_DEAD) dead.clear();
    dead.add(stamp);
    return undefined;
  }

  return {
    forMemory,

    known(tags, ttlMs) {
      if (!redis) return forMemory(tags);
      const nowMs = clock.now();
      const untilMs = nowMs + ttlMs;
      const isGiven = isTrusted && given?.tags === tags && given.endsSeen === table.ends.count;
      const write = isGiven && given && given.livesUntilMs >= untilMs ? given.write : lookUp(tags, untilMs);
      if (write) confirm(write.generations, nowMs);
      return write;
    },

    verify(stamps) {
      const isSeen = isTrusted && verified?.stamps === stamps && verified.endsSeen === table.ends.count;
      return isSeen ? verified?.standing : look(stamps);
    },

    async forWrite(tags, ttlMs) {
      const nowMs = clock.now();
      const all = withNamespace(tags);
      const found = all.map((tag) => knownFor(tag, nowMs + ttlMs));
      const unknown = all.filter((_, index) => found[index] === undefined);
      const learned =
        unknown.length > 0 ? await ensure(unknown, Math.max(MIN_GENERATION_TTL_MS, ttlMs * 2)) : undefined;
      const generations = all.map((tag, index) => found[index] ?? learned?.get(tag));
      if (!areFound(generations)) return forMemory(tags);
      if (redis) confirm(generations, nowMs);
      return { generations, shared: true };
    },

    setTrusted(trusted) {
      isTrusted = trusted;
    },
  };
}

/** As `staleSince`, by the stamps of an entry and the generations that its tags have now. */
function standingOf(stamps: readonly Stamp[], generations: readonly Generation[]): Standing | undefined {
  let staleSinceMs = Number.POSITIVE_INFINITY;
  // By index: every hit in Redis passes here.
  for (let index = 0; index < stamps.length; index += 1) {
    const sinceMs = staleSinceOf(stamps[index]?.generation ?? '', generations[index]?.id ?? '');
    if (sinceMs === undefined) return undefined;
    if (sinceMs < staleSinceMs) staleSinceMs = sinceMs;
  }
  return { generations, staleSinceMs };
}

function areFound(generations: readonly (Generation | undefined)[]): generations is Generation[] {
  return generations.every((generation) => generation !== undefined);
}
