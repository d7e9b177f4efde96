import type { Engine } from '../engine.ts';
import type { ResolvedPolicy } from '../options/policy-options.ts';
import { takesWrites } from '../options/source.ts';
import { forgetKey } from './store-writes.ts';
import { keepForLater, type ValueToWrite, write } from './write.ts';
import { idsOf, writeAround, writeThrough } from './write-source.ts';

/** {@link writeValues} of one. */
export function writeValue(
  engine: Engine,
  policy: Pick<ResolvedPolicy, 'source' | 'write'>,
  value: ValueToWrite,
): Promise<void> {
  const isPlain = !takesWrites(policy.source) && engine.mode === 'cached';
  return isPlain ? write(engine, policy.write, value) : writeValues(engine, policy, [value]);
}

/**
 * Writes as the policy says: to its source first, where it has one, and only what that took to the tiers.
 *
 * @throws what the source throws; the cache is then as it was.
 */
export async function writeValues(
  engine: Engine,
  { source, write: strategy }: Pick<ResolvedPolicy, 'source' | 'write'>,
  values: readonly ValueToWrite[],
): Promise<void> {
  if (!takesWrites(source)) {
    if (engine.mode === 'bypass') return forgetAll(engine, values);
    await Promise.all(values.map((value) => write(engine, strategy, value)));
    return;
  }
  for (const { call } of values) call.outcomes.sets += 1;
  if (strategy === 'around' || engine.mode === 'bypass') return writeAround(engine, source, values);
  const due = strategy === 'back' ? values.filter((value) => !keepForLater(engine, value, source)) : values;
  if (due.length > 0) await writeThrough(engine, source, due);
}

/** While the cache is switched off: the value is not kept, and what was there before must not stay, either. */
async function forgetAll(engine: Engine, values: readonly ValueToWrite[]): Promise<void> {
  const landing = engine.writeBack.discard(idsOf(values));
  if (landing) await landing;
  await Promise.all(values.map(({ call }) => forgetKey(engine, call.address)));
}
