import { eventually } from '@breakwater/testkit';

/** A loader whose runs wait for the test. */
export interface GatedLoader {
  readonly load: () => Promise<string>;
  /** Runs begun. */
  readonly runs: () => number;
  /** Runs under way. */
  readonly running: () => number;
  /** Resolves when `count` runs have begun. */
  begun(count: number): Promise<void>;
  /** Ends the runs under way. */
  finish(value: string): void;
  fail(message: string): void;
}

interface Run {
  resolve(value: string): void;
  reject(error: Error): void;
}

export function createGatedLoader(): GatedLoader {
  const underWay = new Set<Run>();
  let runs = 0;

  function settleAll(settle: (run: Run) => void): void {
    for (const run of underWay) settle(run);
    underWay.clear();
  }

  return {
    load() {
      runs += 1;
      return new Promise((resolve, reject) => {
        underWay.add({ resolve, reject });
      });
    },
    runs: () => runs,
    running: () => underWay.size,
    begun: async (count) => void (await eventually(() => runs >= count)),
    finish: (value) => settleAll(({ resolve }) => resolve(value)),
    fail: (message) => settleAll(({ reject }) => reject(new Error(message))),
  };
}
