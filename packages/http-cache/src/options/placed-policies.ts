import { checks } from '../errors.ts';
import { pathOf, pathPattern } from '../rules/path-pattern.ts';
import { checkPattern } from './pattern-option.ts';
import { type Policy, type RoutePolicyOptions, resolveRoutePolicy } from './route-policy.ts';

/** A policy for requests that are told by their path or by a rule of your own, in place of one at a route. */
export interface PlacedPolicyOptions<Request = unknown> extends RoutePolicyOptions<Request> {
  /**
   * Its requests: a path as it is received, in which `*` is any text within a segment and `**` any text at all
   * (`'/api/**'`); a pattern that is held against the path; or a function.
   */
  readonly match: string | RegExp | ((request: Request) => boolean);
  /** What it is counted under. @default the path or pattern */
  readonly name?: string;
}

export interface PlacedPolicy {
  readonly policy: Policy;
  readonly policyName: string;
  matches(request: { readonly originalUrl: string }): boolean;
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolvePlaced<Request>(given: readonly PlacedPolicyOptions<Request>[] = []): readonly PlacedPolicy[] {
  if (!Array.isArray(given)) throw checks.failure('policies', 'an array of policies', given);
  return given.map(({ match, ...options }: PlacedPolicyOptions<Request>, index) => {
    const path = `policies.${index}`;
    // All middleware between the cache and the handler reads of the request what it likes: that is not watched.
    const policy: Policy = { ...resolveRoutePolicy(options, path), isWatched: false };
    if (typeof match === 'function') {
      const policyName = checks.text(`${path}.name`, policy.name);
      return { policy, policyName, matches: (request) => match(request as Request) };
    }
    const pattern =
      typeof match === 'string' ? pathPattern(checkPath(`${path}.match`, match)) : checkPattern(`${path}.match`, match);
    return {
      policy,
      policyName: policy.name ?? String(match),
      matches: ({ originalUrl }) => pattern.test(pathOf(originalUrl)),
    };
  });
}

function checkPath(name: string, path: string): string {
  if (!path.startsWith('/')) throw checks.failure(name, "a path such as '/api/**', a pattern or a function", path);
  return path;
}
