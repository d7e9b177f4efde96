import type { Source } from '../options/source.ts';

/** @returns the errors of what was not stored, by key. */
export async function storeEntries(
  source: Source,
  entries: ReadonlyMap<string, unknown>,
): Promise<ReadonlyMap<string, unknown>> {
  if (source.storeMany && (entries.size > 1 || !source.store)) {
    const [outcome] = await Promise.allSettled([attempt(() => source.storeMany?.(entries))]);
    return new Map(outcome.status === 'rejected' ? [...entries.keys()].map((key) => [key, outcome.reason]) : []);
  }
  const keys = [...entries.keys()];
  const outcomes = await Promise.allSettled(keys.map((key) => attempt(() => source.store?.(key, entries.get(key)))));
  return new Map(
    outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [[keys[index] ?? '', outcome.reason] as const] : [],
    ),
  );
}

/** What a source throws at once is as good as a rejection. */
async function attempt(run: () => unknown): Promise<void> {
  await run();
}
