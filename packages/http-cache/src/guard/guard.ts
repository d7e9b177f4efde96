import type { Emitter } from '@breakwater/core';
import type { HttpCacheEvents } from '../events.ts';
import type { Exchange } from '../exchange.ts';
import type { ResolvedGuard } from '../options/guard-options.ts';
import type { Policy } from '../options/route-policy.ts';
import { uncoveredInputs } from '../rules/under-keying.ts';
import { type InputWatch, watchInputs } from './input-watch.ts';

/** Finds responses that were made from what their key does not cover. */
export interface Guard {
  /** Begins to watch a handler's run, if this one is to be watched. */
  watch(exchange: Exchange, policy: Policy): InputWatch | undefined;
  /** @returns whether the response may be stored. A policy that was refused one stores none: not every run is watched. */
  passes(watch: InputWatch | undefined, policyName: string, varyNames: readonly string[]): boolean;
}

/** @param hasAuthority whether scheme and host are in the keys. */
export function createGuard(
  { mode, sample, ignored }: ResolvedGuard,
  hasAuthority: boolean,
  events: Emitter<HttpCacheEvents>,
): Guard {
  const warned = new Set<string>();
  const refused = new Set<string>();

  /** Once a policy and input: a developer reads it, a log is not filled with it. */
  function warn(policyName: string, inputs: readonly string[]): void {
    const finding = `${policyName} ${inputs.join(', ')}`;
    if (warned.has(finding) || warned.size >= 100) return;
    warned.add(finding);
    process.emitWarning(
      `A handler under the route policy ${JSON.stringify(policyName)} read ${inputs.join(', ')}, which the key of its response ` +
        "does not cover: name it in the policy's vary (or key), or in guard.ignore if no response depends on it.",
      { type: 'BreakwaterWarning', code: 'BREAKWATER_UNDER_KEYED' },
    );
  }

  return {
    watch({ raw, request }, policy) {
      if (mode === 'off' || !policy.isWatched) return undefined;
      return sample === 1 || Math.random() < sample ? watchInputs(raw, request) : undefined;
    },
    passes(watch, policyName, varyNames) {
      const inputs = watch ? uncoveredInputs(watch.read, { varyNames, hasAuthority, ignored }) : [];
      if (inputs.length === 0) return !refused.has(policyName);
      events.emit('response:under-keyed', { policy: policyName, inputs });
      warn(policyName, inputs);
      if (mode === 'enforce') refused.add(policyName);
      return mode === 'report';
    },
  };
}
