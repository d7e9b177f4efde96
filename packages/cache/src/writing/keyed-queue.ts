/** Work on one id runs one at a time, in the order of the calls; work on different ids runs side by side. */
export interface KeyedQueue {
  /** Runs `work` as soon as all earlier work on any of `ids` is over, whatever came of it. */
  run<Result>(ids: readonly string[], work: () => Promise<Result>): Promise<Result>;
}

export function createKeyedQueue(): KeyedQueue {
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
