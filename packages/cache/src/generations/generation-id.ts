/**
 * What Redis holds under a tag, and entries are stamped with: an id that is never given twice, and behind it the times at
 * which the tag was expired, the last few of them, ascending: `id~1700000000000~1700000005000`.
 */
const SEPARATOR = '~';

/**
 * Since when an entry that was stamped with `stamped` is stale, now that its tag has `current`: the first expiry that its
 * stamp does not know. `Infinity` where there is none, `undefined` where the tag was invalidated, which leaves another id.
 */
export function staleSinceOf(stamped: string, current: string): number | undefined {
  if (stamped === current) return Number.POSITIVE_INFINITY;
  const [id, ...times] = current.split(SEPARATOR);
  const [stampedId, ...stampedTimes] = stamped.split(SEPARATOR);
  if (stampedId !== id) return undefined;
  const lastKnown = Number(stampedTimes.at(-1) ?? 0);
  // A stamp from after what this process knows finds none.
  return Number(times.find((time) => Number(time) > lastKnown) ?? Number.POSITIVE_INFINITY);
}

/** The id alone. */
export function idIn(generation: string): string {
  return generation.split(SEPARATOR, 1)[0] ?? '';
}

/** When its tag was expired, as far as it is remembered. */
export function expiriesIn(generation: string): readonly number[] {
  return generation.split(SEPARATOR).slice(1).map(Number);
}
