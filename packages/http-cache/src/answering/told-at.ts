import { toldControl } from '../rules/told-control.ts';
import type { StoredResponse } from '../stored/entry.ts';

/** The `Cache-Control` of a stored response whose clients are told another one at each age; `undefined`: it is among its fields. */
export function toldAt({ clientSeconds, reuse }: StoredResponse, ageSeconds: number): string | undefined {
  if (clientSeconds === undefined) return undefined;
  return toldControl({ lifetimeSeconds: Math.floor(reuse.lifetimeMs / 1000), clientSeconds }, ageSeconds);
}
