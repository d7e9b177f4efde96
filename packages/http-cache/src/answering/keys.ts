import type { Exchange } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import { requestAuthority } from '../rules/authority.ts';
import type { ParameterRule } from '../rules/parameters.ts';
import { customKey, type KeyKind, uriKey } from '../rules/request-key.ts';

type Request = Exchange['request'];

/** The parameters that the keys of a policy hold, and its handler is shown. */
export function parametersOf(options: ResolvedOptions, policy: Policy): ParameterRule {
  return policy.parameters ?? options.parameters;
}

/** The key of a request under a policy; `undefined` where parsers may differ in what its query says. */
export function baseKey(options: ResolvedOptions, policy: Policy, name: string, request: Request): string | undefined {
  const key: unknown = policy.keyOf?.(request);
  // A key that is no text, such as a parameter that is absent or there twice, names nothing: one would stand for all.
  if (typeof key !== 'string') {
    const authority = authorityOf(options, request);
    return uriKey(policy.kind, authority, request.originalUrl, parametersOf(options, policy));
  }
  return customKey(policy.name ?? `${request.baseUrl ?? ''}${name}`, key);
}

/** Carried by all responses that are counted under a policy's name. */
export function routeTag(policyName: string): string {
  return `route ${policyName}`;
}

/** The policy's name in such a tag, `undefined` in any other. */
export function routeOf(tag: string): string | undefined {
  return tag.startsWith('route ') ? tag.slice('route '.length) : undefined;
}

const KINDS: readonly KeyKind[] = ['origin', 'route'];

/** The keys of these targets, however they were cached. @param rules what parameters the keys hold, by any policy. */
export function uriKeys(rules: Iterable<ParameterRule>, authority: string, targets: readonly string[]): string[] {
  const keys = new Set<string>();
  for (const rule of rules) {
    for (const target of targets) {
      for (const kind of KINDS) {
        const key = uriKey(kind, authority, target, rule);
        if (key !== undefined) keys.add(key);
      }
    }
  }
  return [...keys];
}

export function authorityOf({ authority }: ResolvedOptions, request: Request): string {
  if (authority === undefined) return requestAuthority(request);
  return typeof authority === 'string' ? authority : authority(request);
}
