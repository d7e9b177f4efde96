import type { OutageEvents } from '@breakwater/core/redis';

/** Why a stored record was read as "no session". */
export type UnreadableReason =
  /** Not written by this package, or by a later version of it. */
  | 'unknown-format'
  /** Sealed with a secret that this process was not given. */
  | 'unknown-secret'
  /** Changed, truncated, or copied from another session's key. */
  | 'altered'
  /** Sealed properly, but what was inside is no session. */
  | 'malformed';

/** What {@link SessionStore.events} tells. All of it is rare. */
export interface SessionEvents extends OutageEvents {
  'record:unreadable': { readonly reason: UnreadableReason };
  /** A request that was still running saved a session after its logout; it stays destroyed. */
  'save:refused': Readonly<Record<string, never>>;
}
