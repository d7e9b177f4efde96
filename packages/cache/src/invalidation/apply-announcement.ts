import type { Announcement } from '../bus/announcement.ts';
import type { Engine } from '../engine.ts';
import { idOf } from '../entries/address.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { isSubjectTag } from '../generations/subject-tag.ts';
import { userTagsIn } from '../generations/user-tags.ts';
import type { Invalidations } from '../targets/target.ts';
import type { Audit } from './audit.ts';
import type { InvalidatedBy } from './invalidation.ts';
import type { LocalInvalidations } from './local-invalidations.ts';

/** Ends here what another instance has changed. */
export type ApplyAnnouncement = (announcement: Announcement) => void;

/** What another instance's message does not say. */
const UNSAID = Object.freeze({ event: undefined, reason: undefined, redisKeys: 0, shared: true, durationMs: 0 });

export function createApplyAnnouncement(engine: Engine, local: LocalInvalidations, audit: Audit): ApplyAnnouncement {
  const { clock, events, leases } = engine;

  function hear(by: InvalidatedBy, ended: Partial<Invalidations>): void {
    const memoryEntries = local.invalidate(ended);
    const heard = { by, effect: 'invalidate', memoryEntries, remote: true } as const;
    events.emit('cache:invalidated', heard);
    audit.add({ atMs: clock.now(), ...heard, ...UNSAID }, ended);
  }

  return ({ written, keys, tags, patterns, swept }) => {
    local.invalidate({ keys: written });
    local.dropFills({ patterns: swept });
    local.dropBufferedBefore({ keys, tags, patterns });
    const subjects = tags.filter(isSubjectTag);
    const users = userTagsIn(tags);
    if (tags.includes(NAMESPACE_TAG)) hear('all', { tags: [NAMESPACE_TAG] });
    if (subjects.length > 0) hear('subject', { tags: subjects });
    if (keys.length > 0) hear('key', { keys });
    if (users.length > 0) hear('tag', { tags: users });
    if (patterns.length > 0) hear('pattern', { patterns });
    leases?.releaseVain();
    // Whoever waits for a load of a written key may find its value now.
    for (const [space, key] of written) leases?.wake(idOf(space, key));
  };
}
