import type { PartKind } from './parts.ts';

export interface MonitorEvents {
  /** A part's `stats()` threw or could not be understood; the rest of the answer is complete. */
  'stats:failed': { readonly part: PartKind; readonly name: string; readonly error: unknown };
  'request:denied': { readonly path: string };
  /** `authorize` threw; the request was denied. */
  'authorize:failed': { readonly path: string; readonly error: unknown };
  /** An admin's purge or release was carried out, whatever it touched: for an audit. */
  'change:made': {
    readonly change: 'purge' | 'release';
    /** The part's. */
    readonly name: string;
    /** The call's content. */
    readonly said: Readonly<Record<string, unknown>>;
    /** The framework's own request, which knows who it was. */
    readonly request: unknown;
  };
  /** A callback of the application threw for a request that was only asked about. */
  'explain:failed': { readonly name: string; readonly error: unknown };
}
