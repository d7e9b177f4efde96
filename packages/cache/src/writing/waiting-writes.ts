import type { Fence } from '../generations/fence.ts';

/**
 * Writes that wait for something before they are made. What this process is asked for meanwhile comes behind them and wins, by
 * the fence of its loads. What others did came before, and is only heard of meanwhile: a write that was given up for that would be
 * lost behind an earlier one.
 */
export interface WaitingWrites {
  enter(id: string): WaitingWrite;
  /** Raises the fence for what others did. */
  hearOfOthers<Result>(raise: () => Result): Result;
}

export interface WaitingWrite {
  isOvertaken(): boolean;
  leave(): void;
}

export function createWaitingWrites(loads: Fence): WaitingWrites {
  const waiting = new Set<{ readonly id: string; mark: number }>();

  return {
    enter(id) {
      const write = { id, mark: loads.mark() };
      waiting.add(write);
      return {
        isOvertaken: () => loads.isRaised(id, write.mark),
        leave: () => void waiting.delete(write),
      };
    },
    hearOfOthers(raise) {
      const upheld = [...waiting].filter(({ id, mark }) => !loads.isRaised(id, mark));
      const result = raise();
      for (const write of upheld) write.mark = loads.mark();
      return result;
    },
  };
}
