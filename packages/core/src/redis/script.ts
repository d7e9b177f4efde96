import { createHash } from 'node:crypto';
import type { RedisPort, RedisValue } from './port.ts';

export interface RedisScript {
  readonly lua: string;
  /** SHA-1 of the text, as Redis names scripts. */
  readonly sha: string;
}

export function defineScript(lua: string): RedisScript {
  return Object.freeze({ lua, sha: createHash('sha1').update(lua).digest('hex') });
}

/**
 * Runs a script by its hash; where the server does not know it (restart, SCRIPT FLUSH, new master), once more by its
 * text. Any other error is final: the script may have run, and running it again could count twice.
 *
 * @param keys every key the script touches, all in one hash slot.
 */
export async function runScript(
  redis: Pick<RedisPort, 'evalsha' | 'eval'>,
  script: RedisScript,
  keys: readonly string[],
  values: readonly RedisValue[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...values);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return redis.eval(script.lua, keys.length, ...keys, ...values);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
