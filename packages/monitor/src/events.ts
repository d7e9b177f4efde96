import type { PartKind } from './parts.ts';

export interface MonitorEvents {
  /** A part's `stats()` threw or could not be understood; the rest of the answer is complete. */
  'stats:failed': { readonly part: PartKind; readonly name: string; readonly error: unknown };
  'request:denied': { readonly path: string };
  /** `authorize` threw; the request was denied. */
  'authorize:failed': { readonly path: string; readonly error: unknown };
}
