import { LRUCache } from 'lru-cache';
import { createVacancies, type Vacant } from '../memory/vacancies.ts';
import { createFence } from './fence.ts';
import { idIn } from './generation-id.ts';
import { createGeneration, type Ends, end, type Generation } from './generations.ts';

export interface GenerationOrigin {
  /** From before Redis was asked. */
  readonly mark: number;
  readonly shared: boolean;
  readonly livesUntilMs: number;
  readonly confirmedAtMs: number;
  readonly dataKey?: Buffer | undefined;
}

/** The current generations this process knows. */
export interface GenerationTable {
  /** How many generations have ended. */
  readonly ends: Ends;
  known(tag: string): Generation | undefined;
  /** To be taken before asking Redis for a generation. */
  mark(): number;
  /** Whether the tag itself was invalidated or expired since `mark`: {@link GenerationTable.forgetAll} says nothing of it. */
  isForgotten(tag: string, mark: number): boolean;
  /**
   * Takes up what Redis answered. Where the tag was forgotten since `mark`, the answer may be from before
   * that, so it is not current.
   */
  admit(tag: string, id: string, origin: GenerationOrigin): Generation;
  /**
   * What this process knows of `tag` is out of date, or may be.
   *
   * @returns entries in memory that died of it.
   */
  forget(tag: string): number;
  /**
   * Entries that were written under `tag` until now are stale, and what is written from now on stands on another
   * generation.
   *
   * @returns entries in memory that are stale.
   */
  expire(tag: string, atMs: number): number;
  forgetAll(): void;
}

/** Stands in the table for a generation that was forgotten. */
interface VacantTag extends Vacant {
  readonly tag: string;
  readonly isCurrent: false;
}

/** So many tags may be there for each that was forgotten and keeps its place. */
const TAGS_A_VACANCY = 64;

/** No tag is called so. */
const EVERYTHING = '\0';

export function createGenerationTable(maxTags = 100_000): GenerationTable {
  const forgotten = createFence();
  const ends: Ends = { count: 0 };
  const table = new LRUCache<string, Generation | VacantTag>({
    max: maxTags,
    // `admit` sees to one that is replaced.
    dispose: (held, _tag, reason) => reason !== 'set' && !isVacant(held) && endWithRemains(held),
  });
  const vacancies = createVacancies<VacantTag>(Math.ceil(maxTags / TAGS_A_VACANCY));

  function find(tag: string): Generation | undefined {
    const held = table.get(tag);
    return held && !isVacant(held) ? held : undefined;
  }

  /** A tag that leaves a Map and comes back makes its lookups longer each time: it stays, until as many others have left after it. */
  function vacate(tag: string): void {
    const vacant: VacantTag = { tag, isCurrent: false, seat: -1 };
    table.set(tag, vacant);
    const oldest = vacancies.add(vacant);
    if (oldest && table.peek(oldest.tag) === oldest) table.delete(oldest.tag);
  }

  function endWithRemains(generation: Generation): void {
    end(generation, ends);
    if (generation.remains) end(generation.remains, ends);
  }

  return {
    ends,
    known(tag) {
      const held = table.get(tag);
      return held?.isCurrent ? held : undefined;
    },
    mark: () => forgotten.mark(),
    isForgotten: forgotten.isRaised,
    admit(tag, id, { mark, shared, livesUntilMs, confirmedAtMs, dataKey }) {
      const last = find(tag);
      if (last?.isCurrent && last.id === id) {
        last.livesUntilMs = Math.max(last.livesUntilMs, livesUntilMs);
        last.confirmedAtMs = confirmedAtMs;
        return last;
      }
      const generation = createGeneration({ tag, id, shared, livesUntilMs, confirmedAtMs, dataKey });
      if (forgotten.isRaised(tag, mark) || forgotten.isRaised(EVERYTHING, mark))
        return { ...generation, isCurrent: false };
      // After an expiry: where Redis still has the id, the tag was not invalidated since. Of an id of this process's
      // own every invalidation is known.
      const goesOn = last !== undefined && !last.isCurrent && (!shared || idIn(last.id) === idIn(id));
      const expired = goesOn ? last : undefined;
      if (last && !expired) endWithRemains(last);
      const admitted = expired ? { ...generation, remains: expired.remains, tally: expired.tally } : generation;
      table.set(tag, admitted);
      return admitted;
    },
    forget(tag) {
      forgotten.raise(tag);
      const generation = find(tag);
      if (!generation) return 0;
      endWithRemains(generation);
      vacate(tag);
      return generation.tally.entries;
    },
    expire(tag, atMs) {
      forgotten.raise(tag);
      const generation = find(tag);
      if (!generation) return 0;
      if (generation.isCurrent) {
        const { id, shared, confirmedAtMs, tally, dataKey } = generation;
        const remains = createGeneration({ tag, id, shared, livesUntilMs: 0, confirmedAtMs, dataKey });
        generation.remains ??= { ...remains, tally };
        generation.expiredAtMs = atMs;
        end(generation, ends);
      }
      return generation.tally.entries;
    },
    forgetAll() {
      forgotten.raise(EVERYTHING);
      table.clear();
    },
  };
}

function isVacant(held: Generation | VacantTag): held is VacantTag {
  return 'seat' in held;
}
