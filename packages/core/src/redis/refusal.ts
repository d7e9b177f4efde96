/** Replies by which a server says that it serves nobody now, unlike OOM or READONLY, which are about one command. */
const NOT_SERVING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|BUSY)\b/;

/** Whether Redis is there and refused this one command. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !NOT_SERVING.test(error.message);
}
