import type { Duplex } from 'node:stream';

/** So many writes in a tick are a stream of commands, of which the next tick will bring more. */
const STREAM_WRITES = 4;
/** Longer than a round trip under load: after this, what comes next is not part of a stream of commands. */
const IDLE_MS = 5;

/**
 * Lets all that is written to a socket in one tick leave in one system call: ioredis spends most of its time in one for
 * each command. It is done to the socket itself, so that whoever writes to it, everything leaves in the order of its
 * writing: the answers are told apart by nothing else.
 *
 * Not by cork(), which takes each piece by itself: half as fast for 50 commands.
 */
export function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket);
  const parts: (string | Uint8Array)[] = [];
  let text = '';
  let writes = 0;
  let writesBefore = 0;
  let flushedAt = 0;

  /** Runs when every promise that this tick has settled was followed up, as far as it goes without waiting. */
  function flush(): void {
    writesBefore = writes;
    writes = 0;
    if (writesBefore >= STREAM_WRITES) flushedAt = performance.now();
    const last = text;
    text = '';
    if (parts.length > 0) writeParts(last);
    else if (last !== '' && socket.writable) write(last);
  }

  function writeParts(last: string): void {
    const all = parts.splice(0);
    if (last !== '') all.push(last);
    // What was under way on a socket that is gone is told so by ioredis.
    if (!socket.writable) return;
    socket.cork();
    for (const part of all) write(part);
    socket.uncork();
  }

  socket.write = (chunk: string | Uint8Array): boolean => {
    writes += 1;
    if (writes === 1) {
      process.nextTick(flush);
      // A lone command goes at once. It is taken for one when it follows on no stream.
      if (writesBefore < STREAM_WRITES || performance.now() - flushedAt > IDLE_MS) return write(chunk);
    }
    if (typeof chunk === 'string') {
      text += chunk;
      return true;
    }
    if (text !== '') parts.push(text);
    text = '';
    parts.push(chunk);
    return true;
  };
}
