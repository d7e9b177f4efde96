import type { Judged } from '../suite-test.ts';
import type { Visit } from './visit.ts';

/** What the public suite asks for since the copy on npm was made, asked by a test of our own. */
export interface Behaviour extends Judged {
  /** The suite's own test of it. */
  readonly asks: string;
  readonly kind: 'required' | 'optimal';
  /** What a cache does. */
  readonly name: string;
  readonly rule: string;
  /** Rejects with an `AssertionError` where the cache does otherwise. */
  shown(visit: Visit): Promise<void>;
}

/** A group of them by the suite's names; each may stand on tests of the suite or of ours. */
export function behaviours(
  rule: string,
  depends_on: readonly string[],
  ...rows: readonly (readonly [kind: Behaviour['kind'], asks: string, name: string, shown: Behaviour['shown']])[]
): Behaviour[] {
  return rows.map(([kind, asks, name, shown]) => ({ id: `own-${asks}`, asks, kind, name, rule, depends_on, shown }));
}
