import { createDeadline, type Waiter } from '@breakwater/core/redis';
import type { PooledCommand } from './pooled-command.ts';

/** Commands that wait for a lane, in the order of their coming. */
export interface WaitingRoom {
  size(): number;
  isFull(): boolean;
  first(): PooledCommand | undefined;
  add(command: PooledCommand): void;
  delete(command: PooledCommand): void;
}

/** @param onTimeout tells who has waited for `timeoutMs`; who is still there after that waits on. */
export function createWaitingRoom(
  limit: number,
  timeoutMs: number,
  onTimeout: (command: PooledCommand) => void,
): WaitingRoom {
  const waiting = new Map<PooledCommand, Waiter>();
  const patience = createDeadline(timeoutMs);

  return {
    size: () => waiting.size,
    isFull: () => waiting.size >= limit,
    first() {
      for (const command of waiting.keys()) return command;
      return undefined;
    },
    add(command) {
      const waiter: Waiter = { since: performance.now(), isWaiting: false, expire: () => onTimeout(command) };
      waiting.set(command, waiter);
      patience.enter(waiter);
    },
    delete(command) {
      const waiter = waiting.get(command);
      if (waiter === undefined) return;
      waiting.delete(command);
      patience.leave(waiter);
    },
  };
}
