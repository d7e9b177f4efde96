import type { CacheableRequest } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import { isAmbiguousPath } from '../rules/ambiguous-path.ts';
import { isAmbiguousHost, namesTrusted } from '../rules/authority.ts';
import { NO_DIRECTIVES, type RequestControl } from '../rules/cache-control.ts';
import type { ForwardReason } from '../rules/cache-status.ts';
import { personalBypass, requestBypass } from '../rules/request-rules.ts';
import { type Reuse, reuseOf } from '../rules/reuse.ts';
import type { Quarantine } from '../sentinel/quarantine.ts';
import { ageMsOf } from '../stored/entry.ts';
import type { Place, Selected } from '../stored/place.ts';
import type { BypassReason, NotStoredReason } from './reasons.ts';
import type { UrlMemory } from './url-memory.ts';

/** One request under one policy: all that a decision is made by. */
export interface Question {
  readonly request: CacheableRequest;
  readonly policy: Policy;
  readonly directives: RequestControl;
  /** It is the cache's own, to have a stale response made anew. */
  readonly isRefresh: boolean;
  /** The key of its URL. */
  readonly base: string;
}

/** What one response of a URL teaches about the next: that it will be stored, or why it will not. */
export type UrlLesson = 'storable' | 'uncacheable';

/** What is done with a request, where nobody else's has to be waited for. */
export type Decision =
  | { readonly kind: 'serve'; readonly selected: Selected; readonly forwarded?: ForwardReason }
  /** At once, and made anew in the background. */
  | { readonly kind: 'serve-stale'; readonly selected: Selected }
  | {
      readonly kind: 'pass';
      readonly reason: NotStoredReason;
      readonly collapsed?: false;
      /** What is stored, and not to be served without asking. */
      readonly held?: Selected | undefined;
    }
  | { readonly kind: 'bypass'; readonly reason: BypassReason }
  | { readonly kind: 'refuse' };

/** Decides by what is known already. Nothing is begun, answered or counted, so that it can be asked for any request. */
export interface Decisions {
  /** Why a request is none of the cache's, by itself alone. */
  bypassOf(
    policy: Policy,
    policyName: string,
    request: CacheableRequest,
    directives: RequestControl,
  ): BypassReason | undefined;
  /** What memory alone can tell, `undefined` where Redis has to be asked. */
  atOnce(question: Question, inMemory: Selected | undefined): Decision | undefined;
  /** What a look into all tiers tells, `undefined` where the response is to be filled. */
  afterLook(question: Question, found: Selected | undefined): Decision | undefined;
}

export interface DecisionsOptions {
  readonly options: ResolvedOptions;
  readonly urls: UrlMemory<UrlLesson>;
  readonly quarantine: Quarantine;
}

export function createDecisions({ options, urls, quarantine }: DecisionsOptions): Decisions {
  const { clock } = options;

  function personal(policy: Policy, request: CacheableRequest): BypassReason | undefined {
    if (policy.audience === 'everyone') return undefined;
    const reason = personalBypass(request, request.headers, options.sessionCookies, policy.authorization);
    return reason ?? (options.personal?.(request) ? 'personal' : undefined);
  }

  function untrusted(request: CacheableRequest): BypassReason | undefined {
    return options.hosts === undefined || namesTrusted(options.hosts, request) ? undefined : 'authority';
  }

  /** Why nothing is, or is to be, stored under this URL. */
  function avoided({ base, request }: Question): BypassReason | undefined {
    // Only now: what is stored had a path that is one.
    if (isAmbiguousPath(request.originalUrl)) return 'path';
    if (isAmbiguousHost(request.headers.host)) return 'authority';
    return urls.recall(base, clock.now()) === 'uncacheable' ? 'uncacheable' : undefined;
  }

  function reuse({ directives, isRefresh }: Question, { response, storedAtMs }: Selected): Reuse {
    const ageMs = ageMsOf(response, storedAtMs, clock.now());
    const answer = reuseOf(response.reuse, ageMs, options.honoursClients ? directives : NO_DIRECTIVES);
    return answer === 'stale' && isRefresh ? 'ask' : answer;
  }

  function serving(question: Question, selected: Selected | undefined): Decision | undefined {
    const answer = selected && reuse(question, selected);
    if (!selected || answer === 'ask') return undefined;
    return { kind: answer === 'fresh' ? 'serve' : 'serve-stale', selected };
  }

  return {
    bypassOf: (policy, policyName, request, directives) =>
      requestBypass(request.method, request.headers, directives) ??
      (options.cache.mode === 'bypass' ? 'switched-off' : undefined) ??
      untrusted(request) ??
      (quarantine.has(policyName) ? 'quarantined' : personal(policy, request)),

    atOnce(question, inMemory) {
      const served = serving(question, inMemory);
      if (served) return served;
      const reason = avoided(question);
      if (!reason) return undefined;
      return wantsStoredOnly(question) ? { kind: 'refuse' } : { kind: 'bypass', reason };
    },

    afterLook(question, found) {
      const served = serving(question, found);
      if (served) return served;
      if (wantsStoredOnly(question)) return { kind: 'refuse' };
      // A part is served from a stored whole; what asks for a part fills nothing.
      if (question.request.headers.range !== undefined) return { kind: 'bypass', reason: 'range' };
      return question.request.method === 'HEAD' ? { kind: 'pass', reason: 'head', held: found } : undefined;
    },
  };
}

/** RFC 9211 §2.2: `request` where something fresh was stored that the request's own directives did not want. */
export function forwardReason({ selected, record }: Pick<Place, 'selected' | 'record'>, nowMs: number): ForwardReason {
  if (selected) {
    const { response, storedAtMs } = selected;
    const isFresh = reuseOf(response.reuse, ageMsOf(response, storedAtMs, nowMs), NO_DIRECTIVES) === 'fresh';
    return isFresh ? 'request' : 'stale';
  }
  return record ? 'vary-miss' : 'uri-miss';
}

/** RFC 9111 §5.2.1.7. Not the application's to refuse: a route further on may have the response stored. */
function wantsStoredOnly({ policy, directives }: Question): boolean {
  return policy.kind === 'route' && directives.has('only-if-cached');
}
