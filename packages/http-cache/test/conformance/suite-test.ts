/** A test as the public suite writes it down. */
export interface SuiteTest {
  readonly id: string;
  readonly name: string;
  /** `required` where it is absent. */
  readonly kind?: 'required' | 'optimal' | 'check';
  /** Tests that must pass for this one to mean anything. */
  readonly depends_on?: readonly string[];
  readonly browser_only?: boolean;
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}
