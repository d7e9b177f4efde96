export { SessionUnavailableError } from './errors.ts';
export type { SessionEvents, UnreadableReason } from './events.ts';
export type { MemoryOptions, SessionStoreOptions } from './options.ts';
export { createSessionStore, type SessionStore } from './session-store.ts';
export type { SessionStats } from './stats.ts';
