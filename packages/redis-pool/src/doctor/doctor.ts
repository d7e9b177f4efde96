import { BreakwaterError } from '@breakwater/core';
import { checks } from '../errors.ts';
import { failureKind } from '../failure.ts';
import { accessRules } from './access-rules.ts';
import { examine, type Patient } from './examine.ts';
import type { Finding, RedisUse } from './finding.ts';
import { memoryRules } from './memory-rules.ts';
import { diagnose } from './rule.ts';
import { serverRules } from './server-rules.ts';

export interface DoctorOptions {
  /** What this Redis is used for: each use has rules of its own. Left out, only those for all uses are applied. */
  readonly use?: RedisUse | readonly RedisUse[];
  /** A namespace whose keys and channels the Redis user must have the right to. Left out, that is not checked. */
  readonly namespace?: string;
}

const USES: readonly RedisUse[] = ['cache', 'sessions', 'limits'];

export const RULES = [...accessRules, ...memoryRules, ...serverRules];

/**
 * Looks for settings of Redis that do not go with what it is used for. Findings are values; none means all is well. What
 * Redis refuses to tell is a finding of severity `unchecked`, and a Redis that is away is one of its own.
 *
 * @throws OptionError `ERR_REDIS_POOL_OPTION`.
 */
export async function doctor(pool: Patient, options: DoctorOptions = {}): Promise<Finding[]> {
  checks.known('options', options, ['use', 'namespace']);
  const uses = new Set([options.use ?? []].flat().map((use) => checks.oneOf('use', use, USES)));
  const namespace = options.namespace === undefined ? undefined : checks.text('namespace', options.namespace);
  try {
    return diagnose(RULES, await examine(pool, namespace), uses);
  } catch (error) {
    if (error instanceof BreakwaterError || failureKind(error) === 'outage-reply') return [unreachable(error as Error)];
    throw error;
  }
}

function unreachable({ message }: Error): Finding {
  return {
    code: 'unreachable',
    severity: 'error',
    message: `Redis could not be asked: ${message}`,
    fix: 'Look at the URL, the credentials and the network; then ask again.',
  };
}
