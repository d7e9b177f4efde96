import type { Engine } from '../engine.ts';
import { idOf } from '../entries/address.ts';
import type { CacheKeys } from '../redis/redis-keys.ts';
import type { OwnWrites } from './own-writes.ts';

/** Drops what anybody changed in Redis: redis-cli, an expiry, another program. */
export function dropChanged(
  engine: Engine,
  keys: CacheKeys,
  ownWrites: OwnWrites,
): (changed: readonly string[]) => void {
  return (changed) => {
    for (const entry of changed) {
      if (ownWrites.take(entry)) continue;
      const spacedKey = keys.spacedKeyOf(entry);
      if (!spacedKey) continue;
      const id = idOf(...spacedKey);
      // What was read meanwhile may be from before. Loads go on: other instances store what they load, which is no invalidation.
      engine.fills.raise(id);
      engine.memory.drop(id);
    }
  };
}
