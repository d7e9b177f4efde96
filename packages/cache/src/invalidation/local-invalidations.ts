import type { Engine } from '../engine.ts';
import { idBesideEntries, idOf } from '../entries/address.ts';
import type { GenerationTable } from '../generations/generation-table.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { matcherOf } from '../targets/spaced-pattern.ts';
import type { Invalidations } from '../targets/target.ts';
import { removeOlder } from '../writing/older-value.ts';
import type { BufferedWrite } from '../writing/write-buffer.ts';
import type { InvalidationEffect } from './invalidation.ts';

/** What an invalidation does in this process, at once: it ends entries in memory, and loads and reads that began before. */
export interface LocalInvalidations {
  /** @returns entries removed from memory. */
  invalidate(wanted: Partial<Invalidations>): number;
  /** @returns entries in memory that are stale now, or left because they may not be. */
  expire(wanted: Partial<Invalidations>): number;
  /** Loads that began before are not kept; no entry is ended. */
  fence(wanted: Pick<Partial<Invalidations>, 'tags' | 'patterns'>): void;
  /**
   * Drops what may have been read from Redis before a change came there, while it was on its way. Loads are not
   * fenced again.
   */
  dropFills(wanted: Partial<Invalidations>): void;
  /** The same after an expiry: ends its freshness. */
  expireFills(wanted: Partial<Invalidations>): void;
  /** Keeps buffered writes from the tiers. @returns what to wait for before Redis is told of the invalidation. */
  dropBuffered(effect: InvalidationEffect, wanted: Invalidations): Promise<unknown> | undefined;
  /** The same for what another instance has ended, of which it is not known how. */
  dropBufferedBefore(heard: Invalidations): void;
}

/** One way to end entries in memory. Each call returns how many. */
interface Ending {
  entry(id: string): boolean;
  matching(matches: (id: string) => boolean): number;
  tag(tag: string): number;
  all(): number;
}

export function createLocalInvalidations(engine: Engine, table: GenerationTable): LocalInvalidations {
  const { memory, loads, fills, clock } = engine;

  const removing: Ending = {
    entry: memory.drop,
    matching: memory.dropMatching,
    tag: table.forget,
    // They die with the generation of the namespace; to remove them makes room.
    all() {
      const { entries } = memory.stats();
      table.forget(NAMESPACE_TAG);
      memory.clear();
      return entries;
    },
  };
  const expiring: Ending = {
    entry: (id) => memory.expire(id, clock.now()),
    matching: (matches) => memory.expireMatching(matches, clock.now()),
    tag: (tag) => table.expire(tag, clock.now()),
    all: () => table.expire(NAMESPACE_TAG, clock.now()),
  };

  function end(ending: Ending, { keys = [], tags = [], patterns = [] }: Partial<Invalidations>): number {
    let ended = 0;
    for (const [space, key] of keys) {
      const id = idOf(space, key);
      loads.raise(id);
      fills.raise(id);
      if (ending.entry(id)) ended += 1;
    }
    for (const tag of tags) ended += endTag(ending, tag);
    for (const pattern of patterns) {
      const matches = matcherOf(pattern);
      fencePattern(matches);
      ended += ending.matching(matches);
    }
    return ended;
  }

  function endTag(ending: Ending, tag: string): number {
    fenceTag(tag);
    return tag === NAMESPACE_TAG ? ending.all() : ending.tag(tag);
  }

  function fenceTag(tag: string): void {
    if (tag !== NAMESPACE_TAG) {
      loads.raise(idBesideEntries(tag));
      return;
    }
    loads.raiseAll();
    fills.raiseAll();
  }

  function fencePattern(matches: (id: string) => boolean): void {
    loads.raiseMatching(matches);
    fills.raiseMatching(matches);
  }

  function endFills(ending: Ending, { keys = [], tags = [], patterns = [] }: Partial<Invalidations>): void {
    for (const [space, key] of keys) {
      const id = idOf(space, key);
      fills.raise(id);
      ending.entry(id);
    }
    for (const tag of tags) ending.tag(tag);
    for (const pattern of patterns) {
      const matches = matcherOf(pattern);
      fills.raiseMatching(matches);
      ending.matching(matches);
    }
  }

  const { writeBack, background } = engine;

  /** Redis may have a value from before a write that was dropped, which must not come back. */
  function removeEarlier({ call }: BufferedWrite): void {
    const { space, key } = call.address;
    if (engine.redis) engine.replay.later({ keys: [[space, key]] });
  }

  /** @param onNamed called with each write whose key was named: what Redis has of it was, too. */
  function drop(
    { keys, tags, patterns }: Invalidations,
    onNamed: (write: BufferedWrite) => void,
  ): Promise<unknown> | undefined {
    const ids = keys.map(([space, key]) => idOf(space, key));
    for (const id of ids) {
      const write = writeBack.find(id);
      if (write) onNamed(write);
    }
    const landing = [writeBack.discard(ids)];
    const ended = new Set(tags);
    // What Redis has may have none of the tags.
    if (ended.size > 0) {
      landing.push(dropMatching(({ generations }) => generations.some(({ tag }) => ended.has(tag)), removeEarlier));
    }
    for (const pattern of patterns) {
      const matches = matcherOf(pattern);
      landing.push(dropMatching(({ call }) => matches(call.address.id), onNamed));
    }
    return landing.some((one) => one !== undefined) ? Promise.all(landing) : undefined;
  }

  function dropMatching(
    isVictim: (write: BufferedWrite) => boolean,
    onDropped: (write: BufferedWrite) => void,
  ): Promise<void> | undefined {
    return writeBack.discardMatching((write) => {
      const isEnded = isVictim(write);
      if (isEnded) onDropped(write);
      return isEnded;
    });
  }

  return {
    invalidate: (wanted) => end(removing, wanted),
    expire: (wanted) => end(expiring, wanted),
    fence({ tags = [], patterns = [] }) {
      for (const tag of tags) fenceTag(tag);
      for (const pattern of patterns) fencePattern(matcherOf(pattern));
    },
    dropFills: (wanted) => endFills(removing, wanted),
    expireFills: (wanted) => endFills(expiring, wanted),
    // What Redis has of a key leaves with an invalidation of its name. An expiry would have it served stale.
    dropBuffered: (effect, wanted) => drop(wanted, effect === 'expire' ? removeEarlier : () => {}),
    dropBufferedBefore(heard) {
      const dropped: BufferedWrite[] = [];
      const landing = drop(heard, (write) => dropped.push(write));
      if (dropped.length === 0) return;
      background.run('removal of what dropped writes were to replace', async () => {
        await landing;
        await Promise.all(dropped.map((write) => removeOlder(engine, write)));
      });
    },
  };
}
