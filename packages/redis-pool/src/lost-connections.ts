import { RedisUnavailableError } from '@breakwater/core/redis';
import { RedisConnectionLostError } from './errors.ts';
import type { PooledCommand } from './pooled-command.ts';

/** Tells the loss of a connection from the many commands that it fails. */
export interface LostConnections {
  /**
   * Whether the failure of a command is one more for the circuit. A lost connection is one, however many commands were on
   * it: ioredis fails all of them with the same error. One that was silent is as many as it left unanswered.
   */
  isNew(command: PooledCommand, error: Error): boolean;
}

export function createLostConnections(): LostConnections {
  let last: Error | undefined;
  return {
    isNew(command, error) {
      if (command.lane?.wasSilent(command)) return true;
      const isNew = error !== last;
      last = error;
      return isNew;
    },
  };
}

/** What to tell the caller of a command whose connection was lost. */
export function lossOf({ socket }: PooledCommand, cause: unknown): Error {
  if (socket !== undefined) return new RedisConnectionLostError({ cause });
  return new RedisUnavailableError('the connection closed', { cause });
}
