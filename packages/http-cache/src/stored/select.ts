import type { IncomingHttpHeaders } from 'node:http';
import type { Entry } from '@breakwater/cache';
import { cutShort } from '../rules/reuse.ts';
import { type VariantRecord, variantKey, variantName } from '../rules/variants.ts';
import { varyValues } from '../rules/vary.ts';
import type { HttpEntry } from './entry.ts';
import type { Selected } from './place.ts';

/** The key of the variant that a request with these headers is answered with. */
export function keyOf(base: string, record: VariantRecord, headers: IncomingHttpHeaders): string {
  return variantKey(base, record, variantName(varyValues(record.names, headers)));
}

export function recordIn(entry: Entry<HttpEntry> | undefined): VariantRecord | undefined {
  return entry?.value.kind === 'variants' ? entry.value : undefined;
}

/** The response of an entry, fresh for no longer than its entry is. */
export function select(entry: Entry<HttpEntry> | undefined, tier: Selected['tier'] | undefined): Selected | undefined {
  if (!tier || entry?.value.kind !== 'response') return undefined;
  const { value, storedAtMs, freshUntilMs } = entry;
  const reuse = cutShort(value.reuse, value.initialAgeMs, freshUntilMs - storedAtMs);
  return { response: reuse === value.reuse ? value : { ...value, reuse }, storedAtMs, tier };
}
