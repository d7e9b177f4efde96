/** Since when each thing has had its status, as far as this process looked. */
export interface StatusHistory {
  /** Notes what is seen at `nowMs`, and says since when it has been seen without a change: milliseconds of the epoch. */
  note(thing: string, status: string, nowMs: number): number;
}

export function createStatusHistory(): StatusHistory {
  const seen = new Map<string, { readonly status: string; readonly sinceMs: number }>();
  return {
    note(thing, status, nowMs) {
      const last = seen.get(thing);
      if (last?.status === status) return last.sinceMs;
      seen.set(thing, { status, sinceMs: nowMs });
      return nowMs;
    },
  };
}
