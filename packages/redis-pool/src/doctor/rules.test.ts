import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULES } from './doctor.ts';
import type { DoctorFacts, FactName } from './facts.ts';
import type { RedisUse } from './finding.ts';
import { diagnose } from './rule.ts';

const ALL_USES: readonly RedisUse[] = ['cache', 'sessions', 'limits'];

/** A Redis for nothing but a cache, without a fault. */
const HEALTHY: Required<DoctorFacts> = {
  version: '7.2.4',
  role: 'master',
  isClusterNode: false,
  isClusterClient: false,
  uptimeSeconds: 100,
  usedMemoryBytes: 500,
  maxMemoryBytes: 1000,
  evictionPolicy: 'allkeys-lfu',
  evictedKeys: 0,
  connectedClients: 10,
  maxClients: 100,
  rejectedConnections: 0,
  isAppendOnly: true,
  hasFailedToSave: false,
  clock: { offsetMs: 0, roundTripMs: 1 },
  persistence: 'append-only',
  scripts: 'allowed',
  keys: 'allowed',
  channels: 'allowed',
};

const refused = { refusal: 'NOPERM' };

function findingsOf(facts: DoctorFacts, uses: readonly RedisUse[] = ['cache']) {
  return diagnose(RULES, { facts, because: (fact) => `no ${fact}` }, new Set(uses));
}

function codesOf(changes: DoctorFacts, uses?: readonly RedisUse[]) {
  return findingsOf({ ...HEALTHY, ...changes }, uses).map(({ code, severity }) => `${severity} ${code}`);
}

describe('the rules of the doctor', () => {
  it.each<[DoctorFacts, RedisUse[], string[]]>([
    [{}, ['cache'], []],
    [{ evictionPolicy: 'noeviction' }, ['sessions', 'limits'], []],
    [{ maxMemoryBytes: 0 }, ['cache'], ['warning no-memory-limit']],
    [{}, ['sessions'], ['error sessions-evictable']],
    [{ evictionPolicy: 'volatile-ttl' }, ['sessions'], ['error sessions-evictable']],
    [{ evictionPolicy: 'volatile-lru' }, ['limits'], ['warning limits-evictable']],
    [{ evictionPolicy: 'noeviction' }, ['cache'], ['warning cache-fills-up']],
    [{ evictionPolicy: 'noeviction', maxMemoryBytes: 0 }, ['cache'], ['warning no-memory-limit']],
    [{ evictionPolicy: 'noeviction', usedMemoryBytes: 901 }, [], ['error memory-nearly-full']],
    [{ evictionPolicy: 'noeviction', usedMemoryBytes: 900 }, [], []],
    [{ usedMemoryBytes: 1000 }, ['cache'], []],
    [{ scripts: refused }, [], ['error scripts-refused']],
    [{ keys: refused }, [], ['error keys-refused']],
    [{ keys: 'unasked', channels: 'unasked' }, ['cache'], []],
    [{ channels: refused }, ['cache'], ['error channels-refused']],
    [{ channels: refused }, [], []],
    [{ isClusterNode: true }, [], ['error cluster-without-cluster-client']],
    [{ isClusterNode: true, isClusterClient: true }, [], []],
    [{ role: 'replica' }, [], ['error read-only-replica']],
    [{ role: 'replica', isClusterNode: true, isClusterClient: true }, [], []],
    [{ version: '5.0.14' }, [], ['error version-unsupported']],
    [{ version: '6.0.0' }, [], []],
    [{ version: '10.1.0' }, [], []],
    [{ version: '999.999.999' }, [], []],
    [{ version: 'unstable' }, [], []],
    [{ persistence: 'none' }, ['cache'], []],
    [{ persistence: 'none', evictionPolicy: 'noeviction' }, ['sessions'], ['warning sessions-not-persisted']],
    [{ persistence: 'snapshots', evictionPolicy: 'noeviction' }, ['sessions'], []],
    [{ hasFailedToSave: true }, [], ['error saving-fails']],
    [{ connectedClients: 81 }, [], ['warning clients-nearly-exhausted']],
    [{ connectedClients: 80 }, [], []],
    [{ clock: { offsetMs: 1001, roundTripMs: 0 } }, [], ['warning clock-apart']],
    [{ clock: { offsetMs: -1001, roundTripMs: 0 } }, [], ['warning clock-apart']],
    [{ clock: { offsetMs: 1000, roundTripMs: 0 } }, [], []],
    [{ clock: { offsetMs: 1400, roundTripMs: 800 } }, [], []],
  ])('say of %o, used for %j: %j', (changes, uses, expected) => {
    expect(codesOf(changes, uses)).toEqual(expected);
  });

  it('send apart what cannot share a policy', () => {
    const fixes = (facts: DoctorFacts, uses: RedisUse[]) =>
      findingsOf({ ...HEALTHY, ...facts }, uses).map(({ fix }) => fix);
    expect(fixes({}, ['sessions'])).toEqual(['CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.']);
    expect(fixes({}, ['cache', 'sessions'])).toEqual([
      'Give the sessions a Redis of their own with maxmemory-policy noeviction.',
    ]);
    expect(fixes({ evictionPolicy: 'noeviction' }, ['cache', 'sessions'])).toEqual([
      'Give the cache a Redis of its own with maxmemory-policy allkeys-lfu.',
    ]);
  });

  it('whatever is known and whatever not, never fail, and report as unchecked what lacks a fact and nothing else', () => {
    const names = Object.keys(HEALTHY) as FactName[];
    fc.assert(
      fc.property(fc.subarray(names), fc.subarray([...ALL_USES]), (known, uses) => {
        const facts = Object.fromEntries(known.map((name) => [name, HEALTHY[name]])) as DoctorFacts;
        const unchecked = findingsOf(facts, uses).filter(({ severity }) => severity === 'unchecked');
        const named = unchecked.map(({ message }) => /: no (\w+)$/.exec(message)?.[1]);
        expect(named.filter((name) => known.includes(name as FactName))).toEqual([]);
        if (known.length === names.length) expect(unchecked).toEqual([]);
        if (known.length === 0) expect(unchecked).toHaveLength(findingsOf({}, uses).length);
      }),
    );
  });

  it('without a single fact all report themselves unchecked, each with a code of its own', () => {
    const findings = findingsOf({}, ALL_USES);
    expect(new Set(findings.map(({ code }) => code)).size).toBe(RULES.length);
    expect(findings.every(({ severity, fix }) => severity === 'unchecked' && fix !== '')).toBe(true);
  });

  it('are all in the README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const missing = RULES.filter(({ code }) => !readme.includes(`\`${code}\``));
    expect(missing.map(({ code }) => code)).toEqual([]);
  });
});
