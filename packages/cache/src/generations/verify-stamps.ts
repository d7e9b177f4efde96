import type { Stamp } from '../entries/frame.ts';
import { staleSinceOf } from './generation-id.ts';
import type { GenerationTable } from './generation-table.ts';
import { areCurrent, type Generation } from './generations.ts';
import { GONE, type Read, type RedisGenerations } from './redis-generations.ts';
import type { TrustedTable } from './trusted-table.ts';

/** What an entry stands on. */
export interface Standing {
  readonly generations: readonly Generation[];
  /** Since when it is stale, `Infinity` where none of its tags was expired: see {@link staleSinceOf}. */
  readonly staleSinceMs: number;
}

/**
 * What an entry of these stamps stands on now, `undefined` where one of them is dead or cannot be asked about. At once where
 * the table can answer: every hit in Redis passes here.
 */
export type VerifyStamps = (stamps: readonly Stamp[]) => Standing | undefined | Promise<Standing | undefined>;

export interface VerifyStampsOptions {
  readonly table: GenerationTable;
  readonly trusted: TrustedTable;
  /** Without Redis there are none. */
  readonly inRedis: RedisGenerations | undefined;
}

const MAX_DEAD = 10_000;

export function createVerifyStamps({ table, trusted, inRedis }: VerifyStampsOptions): VerifyStamps {
  /** Stamps that Redis has said to be dead: what else stands on them need not be asked about. */
  const dead = new Set<string>();
  /**
   * The last that were verified. Entries that are read in a row have the very same stamps (`decode-frame.ts`), and as long as
   * no generation ends, they stand on the same.
   */
  let last: { readonly stamps: readonly Stamp[]; readonly standing: Standing; readonly endsSeen: number } | undefined;

  function verifyByTable(stamps: readonly Stamp[]): Standing | undefined | Promise<Standing | undefined> {
    const found: Generation[] = [];
    for (const { tag, generation } of stamps) {
      const known = trusted.generationOf(tag, 0);
      // A stamp of another generation is from before this one, or Redis has lost this one, of which nobody tells.
      if (!known || staleSinceOf(generation, known.id) === undefined) {
        return stamps.some((stamp) => dead.has(stamp.generation)) ? undefined : verifyByRedis(stamps);
      }
      found.push(known);
    }
    const standing = standingOf(stamps, found);
    if (standing) last = { stamps, standing, endsSeen: table.ends.count };
    return standing;
  }

  async function verifyByRedis(stamps: readonly Stamp[]): Promise<Standing | undefined> {
    if (!inRedis) return undefined;
    const mark = table.mark();
    const asked = stamps.map(({ tag, generation }) => {
      const known = trusted.generationOf(tag, 0);
      return known && staleSinceOf(generation, known.id) !== undefined ? known : inRedis.read(tag);
    });
    const found: Generation[] = [];
    for (const [index, one] of asked.entries()) {
      const read = one instanceof Promise ? await one : one;
      const generation = read && unlessDead(stamps[index]?.generation ?? '', read);
      if (!generation) return undefined;
      found.push(generation);
    }
    return areCurrent(found) || isJustRead(stamps, asked, mark) ? standingOf(stamps, found) : undefined;
  }

  /**
   * Where all was forgotten since `mark`, because the bus has just connected or missed something, what Redis has said is not to be
   * relied on any longer. It is true of this entry all the same.
   */
  function isJustRead(stamps: readonly Stamp[], asked: readonly unknown[], mark: number): boolean {
    return asked.every((one) => one instanceof Promise) && !stamps.some(({ tag }) => table.isForgotten(tag, mark));
  }

  /** A stamp was current before its entry was read. If it is not any more, it never will be: ids do not come back. */
  function unlessDead(stamp: string, read: Exclude<Read, undefined>): Generation | undefined {
    if (read !== GONE && staleSinceOf(stamp, read.id) !== undefined) return read;
    if (dead.size >= MAX_DEAD) dead.clear();
    dead.add(stamp);
    return undefined;
  }

  return function verify(stamps) {
    const isLast = trusted.isTrusted && last?.stamps === stamps && last.endsSeen === table.ends.count;
    return isLast ? last?.standing : verifyByTable(stamps);
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
  // A copy, since entries hold on to it: an array that was pushed to has room for sixteen more.
  return { generations: generations.slice(), staleSinceMs };
}
