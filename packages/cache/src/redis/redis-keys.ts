import { createKeySpace } from '@breakwater/core/redis';
import type { SpacedKey } from '../bus/announcement.ts';
import type { Address } from '../entries/address.ts';
import { widenGlob } from '../targets/glob.ts';

/** Names everything the cache has in Redis. An entry, its tombstone and its lease share a slot. */
export interface CacheKeys {
  entry(address: Pick<Address, 'space' | 'key'>): string;
  /** What is left where an entry was invalidated, to refuse loads that began before. */
  tombstone(address: Pick<Address, 'space' | 'key'>): string;
  /** Who loads the entry. */
  lease(address: Pick<Address, 'space' | 'key'>): string;
  /** Holds a tag's generation. */
  tag(tag: string): string;
  /** The tombstone of the last invalidation by pattern, which has no key of its own. */
  readonly sweep: string;
  /** The tombstone of the last change of any tag, for loads that name their tags late. */
  readonly tagLog: string;
  readonly channel: string;
  /** The stream that records what was published on the channel. */
  readonly record: string;
  /** A SCAN pattern that finds at least the entries that match. */
  entryPattern(space: string, glob: string): string;
  /** What every entry's key begins with, and no other key. */
  readonly entryPrefix: string;
  /** The space and key that an entry's key was made from; `undefined` for any other key. */
  spacedKeyOf(entry: string): SpacedKey | undefined;
  /** The key in `space` that an entry's key was made from; `undefined` for one of another space. */
  keyOf(space: string, entry: string): string | undefined;
}

export function createCacheKeys(namespace: string): CacheKeys {
  const keys = createKeySpace(namespace);
  const kindOf = (kind: string, space: string) => (space === '' ? kind : `${kind}.${space}`);
  const entryPrefix = keys.channel('entry');
  const keyOf = (space: string, entry: string) => keys.slotOf(kindOf('entry', space), entry);
  return {
    entryPrefix,
    spacedKeyOf(entry) {
      const [, space = ''] = /^\.([^:]*):/.exec(entry.slice(entryPrefix.length)) ?? [];
      const key = keyOf(space, entry);
      return key === undefined ? undefined : [space, key];
    },
    entry: ({ space, key }) => keys.key(kindOf('entry', space), key),
    tombstone: ({ space, key }) => keys.key(kindOf('tombstone', space), key),
    lease: ({ space, key }) => keys.key(kindOf('lease', space), key),
    tag: (tag) => keys.key('tag', tag),
    sweep: keys.key('sweep', 'last'),
    tagLog: keys.key('tag-log', 'last'),
    channel: keys.channel('bus'),
    record: keys.key('bus', 'record'),
    entryPattern: (space, glob) => keys.pattern(kindOf('entry', space), widenGlob(glob)),
    keyOf,
  };
}
