import { keyIn } from '../entries/address.ts';
import { isSubjectTag } from '../generations/subject-tag.ts';
import type { MemoryTier } from '../memory/memory-tier.ts';
import type { HotKey } from './inspection.ts';

/**
 * The keys of the cache itself that were read from memory. Not those of subjects, which are stored nowhere but in
 * their entries.
 */
export function hotKeysOf(memory: MemoryTier, limit: number): HotKey[] {
  const hot: HotKey[] = [];
  for (const [id, held] of memory.used()) {
    if (hot.length === limit) break;
    const key = keyIn('', id);
    if (key === undefined || held.generations.some(({ tag }) => isSubjectTag(tag))) continue;
    hot.push({ key, policy: held.policy });
  }
  return hot;
}
