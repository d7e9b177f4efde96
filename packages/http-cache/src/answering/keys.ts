import type { Exchange } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import { requestAuthority } from '../rules/authority.ts';
import { customKey, type KeyKind, uriKey } from '../rules/request-key.ts';

type Request = Exchange['request'];

/** The key of a request under a policy. */
export function baseKey(options: ResolvedOptions, policy: Policy, name: string, request: Request): string {
  const key: unknown = policy.keyOf?.(request);
  // A key that is no text, such as a parameter that is absent or there twice, names nothing: one would stand for all.
  if (typeof key !== 'string') return uriKey(policy.kind, authorityOf(options, request), request.originalUrl);
  return customKey(policy.name ?? `${request.baseUrl ?? ''}${name}`, key);
}

/** Carried by all responses that are counted under a policy's name. */
export function routeTag(policyName: string): string {
  return `route ${policyName}`;
}

const KINDS: readonly KeyKind[] = ['origin', 'route'];

/** The keys of these targets, however they were cached. */
export function uriKeys(authority: string, targets: readonly string[]): string[] {
  return KINDS.flatMap((kind) => targets.map((target) => uriKey(kind, authority, target)));
}

export function authorityOf({ authority }: ResolvedOptions, request: Request): string {
  if (authority === undefined) return requestAuthority(request);
  return typeof authority === 'string' ? authority : authority(request);
}
