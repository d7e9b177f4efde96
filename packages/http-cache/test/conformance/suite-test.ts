/** As much of a test as it takes to judge its result. */
export interface Judged {
  readonly id: string;
  /** `required` where it is absent. */
  readonly kind?: 'required' | 'optimal' | 'check';
  /** Tests that must pass for this one to mean anything. */
  readonly depends_on?: readonly string[];
}

/** A test as the public suite writes it down. */
export interface SuiteTest extends Judged {
  readonly name: string;
  readonly browser_only?: boolean;
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}

/** All of them where none is named. */
export function isChosen(id: string, ids: readonly string[]): boolean {
  return ids.length === 0 || ids.includes(id);
}
