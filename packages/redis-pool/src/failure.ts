/**
 * Answers that say "this Redis serves nobody now". Any other error reply is about one command: Redis is there. READONLY,
 * OOM and MISCONF refuse writes and serve reads; TRYAGAIN and ASK concern single keys while a slot moves.
 */
const OUTAGE_REPLIES = new Set(['LOADING', 'CLUSTERDOWN', 'MASTERDOWN', 'BUSY']);

/** What the failure of a command says about Redis: it refused this command, it serves nobody, or the socket is gone. */
export type FailureKind = 'reply' | 'outage-reply' | 'connection';

/** @param error what ioredis rejected a command with; answers of Redis are `ReplyError`, all else is its own. */
export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return 'connection';
  return OUTAGE_REPLIES.has(codeOf(error)) ? 'outage-reply' : 'reply';
}

function codeOf({ message }: Error): string {
  return message.split(' ', 1)[0] ?? '';
}

/** A write reached a replica: the master is elsewhere now. */
export function isReadOnly(error: Error): boolean {
  return codeOf(error) === 'READONLY';
}

/** Refusals that are soon over: a master is being replaced, a slot is on its way. LOADING and BUSY take longer. */
const TRANSIENT_REPLIES = new Set(['READONLY', 'TRYAGAIN', 'CLUSTERDOWN']);

/** Whether the same command may fare better in a moment: on another connection, or when Redis has sorted itself out. */
export function isTransient(error: Error): boolean {
  return failureKind(error) === 'connection' || TRANSIENT_REPLIES.has(codeOf(error));
}

/** The reason of a failed connection, for events: a refused dual-stack connect has a code but an empty message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection closed';
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}
