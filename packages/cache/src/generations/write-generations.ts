import type { BackgroundWork, Clock } from '@breakwater/core';
import { createConfirm } from './confirm.ts';
import { type Ends, type Generation, NAMESPACE_TAG } from './generations.ts';
import type { RedisGenerations } from './redis-generations.ts';
import type { TrustedTable } from './trusted-table.ts';

/** The generations that a new entry stands on. */
export interface WriteGenerations {
  readonly generations: readonly Generation[];
  /** Whether Redis knows them, so that an entry that carries them may go there. */
  readonly shared: boolean;
}

/** What a new entry stands on. */
export interface ForWrite {
  /** The current ones for an entry that will live `ttlMs`: the namespace's, then the tags'. */
  forWrite(tags: readonly string[], ttlMs: number): Promise<WriteGenerations>;
  /** The same if the table alone can answer. */
  forWriteAtOnce(tags: readonly string[], ttlMs: number): WriteGenerations | undefined;
}

export interface ForWriteOptions {
  readonly trusted: TrustedTable;
  readonly inRedis: RedisGenerations;
  /** Where Redis does not say. */
  readonly forMemory: (tags: readonly string[]) => WriteGenerations;
  readonly ends: Ends;
  readonly clock: Clock;
  readonly background: BackgroundWork;
}

/**
 * A generation key is kept for twice the life of the entries written under it and a day at least, and renewed by writes
 * in its second half, so that it outlives every entry. Should Redis lose one all the same, its entries are dead.
 */
const MIN_GENERATION_TTL_MS = 86_400_000;

export function createForWrite({ trusted, inRedis, forMemory, ends, clock, background }: ForWriteOptions): ForWrite {
  const confirm = createConfirm(background, (tag) => inRedis.ensure([tag], MIN_GENERATION_TTL_MS));
  /**
   * The last that a write was given. Writes in a row are mostly under the very same tags, and as long as no generation ends, they
   * stand on the same.
   */
  let last:
    | {
        readonly tags: readonly string[];
        readonly write: WriteGenerations;
        readonly livesUntilMs: number;
        readonly endsSeen: number;
      }
    | undefined;

  function findInTable(tags: readonly string[], untilMs: number): WriteGenerations | undefined {
    const generations = withNamespace(tags).map((tag) => trusted.generationOf(tag, untilMs));
    if (!areFound(generations)) return undefined;
    const livesUntilMs = Math.min(...generations.map((generation) => generation.livesUntilMs));
    last = { tags, write: { generations, shared: true }, livesUntilMs, endsSeen: ends.count };
    return last.write;
  }

  return {
    forWriteAtOnce(tags, ttlMs) {
      const nowMs = clock.now();
      const untilMs = nowMs + ttlMs;
      const isLast = trusted.isTrusted && last?.tags === tags && last.endsSeen === ends.count;
      const write = isLast && last && last.livesUntilMs >= untilMs ? last.write : findInTable(tags, untilMs);
      if (write) confirm(write.generations, nowMs);
      return write;
    },

    async forWrite(tags, ttlMs) {
      const nowMs = clock.now();
      const all = withNamespace(tags);
      const found = all.map((tag) => trusted.generationOf(tag, nowMs + ttlMs));
      const unknown = all.filter((_, index) => found[index] === undefined);
      const made =
        unknown.length > 0 ? await inRedis.ensure(unknown, Math.max(MIN_GENERATION_TTL_MS, ttlMs * 2)) : undefined;
      const generations = all.map((tag, index) => found[index] ?? made?.get(tag));
      if (!areFound(generations)) return forMemory(tags);
      confirm(generations, nowMs);
      return { generations, shared: true };
    },
  };
}

/** With the tag of all entries, which is the first. */
export function withNamespace(tags: readonly string[]): readonly string[] {
  return [NAMESPACE_TAG, ...tags];
}

function areFound(generations: readonly (Generation | undefined)[]): generations is Generation[] {
  return generations.every((generation) => generation !== undefined);
}
