import type { OutageEvents } from '@breakwater/core/redis';
import type { FrameFault } from './entries/frame.ts';
import type { InvalidatedBy, InvalidationEffect } from './invalidation/invalidation.ts';

/** What `cache.on` tells: rare things alone, and never a key or a value. */
export interface CacheEvents extends OutageEvents {
  'cache:invalidated': {
    readonly by: InvalidatedBy;
    /**
     * An expiry by another instance is an invalidation here: the entries leave memory, and Redis knows how stale they
     * are.
     */
    readonly effect: InvalidationEffect;
    readonly memoryEntries: number;
    readonly remote: boolean;
  };
  /**
   * Memory was dropped, since messages were missed for good. `emptied`: somebody emptied Redis, with `coherence:
   * 'tracking'`.
   */
  'bus:flushed': { readonly reason: 'gap' | 'reconnected' | 'emptied' };
  /**
   * Redis refuses to let this instance subscribe, or track keys. Its memory stays bounded by `blindTtl`, and it asks
   * again.
   */
  'bus:refused': { readonly error: Error };
  /** A value over `maxEntrySize`: `set` throws, what is loaded is returned and not kept. */
  'value:refused': { readonly policy: string; readonly bytes: number; readonly maxBytes: number };
  /** A source did not take buffered writes; they are tried again. */
  'store:failed': { readonly error: unknown; readonly entries: number };
  /** Buffered writes that could not be sent before `close`, nor will be. */
  'writes:dropped': { readonly entries: number };
  /** A loader's error that reaches no caller: it ran in the background, or a stale value was served instead. */
  'load:failed': { readonly error: unknown };
  /** Bytes in Redis that are no entry this cache can read: a miss. */
  'frame:unreadable': { readonly reason: FrameFault };
}
