/** Work on one id runs in the order in which it was asked for, one at a time; that on different ids runs side by side. */
export interface Turns {
  /** Runs `work` when all earlier work on any of `ids` is over. */
  run<Result>(ids: readonly string[], work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();

  return {
    async run(ids, work) {
      const earlier = ids.map((id) => last.get(id));
      const result = Promise.allSettled(earlier).then(work);
      for (const id of ids) last.set(id, result);
      try {
        return await result;
      } finally {
        for (const id of ids) if (last.get(id) === result) last.delete(id);
      }
    },
  };
}
