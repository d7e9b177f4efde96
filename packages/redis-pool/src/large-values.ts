import type { PooledCommand } from './pooled-command.ts';

/** From here on a value is worth a lane of its own: about one read of a socket. */
const LARGE_BYTES = 64 * 1024;
const REMEMBERED_KEYS = 1000;

/**
 * Which commands carry large values. What is sent tells its size; what is answered is known only afterwards, so the
 * keys of large answers are remembered: the second read of a large value no longer holds up small ones.
 */
export interface LargeValues {
  has(command: PooledCommand): boolean;
  /** @param reply as it came: Buffers. */
  note(command: PooledCommand, reply: unknown): void;
}

export function createLargeValues(): LargeValues {
  const known = new Set<unknown>();

  function remember(key: unknown): void {
    known.delete(key);
    known.add(key);
    if (known.size <= REMEMBERED_KEYS) return;
    for (const oldest of known) {
      known.delete(oldest);
      return;
    }
  }

  return {
    has(command) {
      if (command.weight >= LARGE_BYTES) return true;
      if (known.size === 0) return false;
      return command.name === 'mget' ? command.args.some((key) => known.has(key)) : known.has(keyOf(command));
    },
    note(command, reply) {
      if (sizeOf(reply) < LARGE_BYTES) return;
      for (const key of keysOfLarge(command, reply)) remember(key);
    },
  };
}

/** Of several values those that are large, or else the first key for all of them. */
function keysOfLarge(command: PooledCommand, reply: unknown): unknown[] {
  if (command.name !== 'mget' || !Array.isArray(reply)) return [keyOf(command)];
  const large = command.args.filter((_, n) => sizeOf(reply[n]) >= LARGE_BYTES);
  return large.length > 0 ? large : [keyOf(command)];
}

function sizeOf(reply: unknown): number {
  if (Buffer.isBuffer(reply)) return reply.length;
  if (!Array.isArray(reply)) return 0;
  let bytes = 0;
  for (const part of reply) bytes += sizeOf(part);
  return bytes;
}

/** The first key is enough: scripts have it behind their text and the number of keys. */
function keyOf({ name, args }: PooledCommand): unknown {
  return name === 'evalsha' || name === 'eval' ? args[2] : args[0];
}
