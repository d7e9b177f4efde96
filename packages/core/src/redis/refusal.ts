/** Replies by which a server says that it serves nobody now, unlike OOM or READONLY, which are about one command. */
const NOT_SERVING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|BUSY)\b/;

/** Whether a key holds another kind of value than the command is for. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE');
}

/** Whether Redis is there and refused this one command. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !NOT_SERVING.test(error.message);
}
