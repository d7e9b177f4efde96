/** What a stranger was answered, and when the handler was done. */
export interface Testimony {
  /** Of status and body. */
  readonly digest: string;
  readonly endedAtMs: number;
}

/** What one stranger was answered under one key: last of all, and last before the stored response was made. */
export interface Testimonies {
  readonly last: Testimony;
  readonly before: Testimony | undefined;
}

/** A stored response that the stranger would have been sent in place of the handler's answer. */
export interface Stored {
  readonly digest: string;
  /** When its handler began, at the latest. */
  readonly madeAtMs: number;
}

/**
 * `agrees`: the stranger is answered what is stored. `suspect`: something else, and it is not known what the answer was
 * before. `changes`: something else, and before it was something else again. `leaks`: something else, and the same as before.
 */
export type LeakVerdict = 'agrees' | 'suspect' | 'changes' | 'leaks';

/**
 * A stored response leaks what is not a stranger's if the stranger was answered the same before its handler ran and again
 * now, and the stored response says something else: it is not the time that made it so. Content that changed meanwhile, at
 * whatever pace, or with each run, is answered differently before and after, or agrees.
 */
export function leakVerdict(
  known: Testimonies | undefined,
  now: Testimony,
  stored: Stored,
): { readonly verdict: LeakVerdict; readonly testimonies: Testimonies } {
  const before = [known?.last, known?.before].find((one) => one !== undefined && one.endedAtMs < stored.madeAtMs);
  return { verdict: verdictOf(before, now, stored), testimonies: { last: now, before } };
}

function verdictOf(before: Testimony | undefined, now: Testimony, stored: Stored): LeakVerdict {
  if (now.digest === stored.digest) return 'agrees';
  if (!before) return 'suspect';
  return before.digest === now.digest ? 'leaks' : 'changes';
}
