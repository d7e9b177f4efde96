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
  const [code = ''] = error.message.split(' ', 1);
  return OUTAGE_REPLIES.has(code) ? 'outage-reply' : 'reply';
}

/** The reason of a failed connection, for events: a refused dual-stack connect has a code but an empty message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection closed';
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}
