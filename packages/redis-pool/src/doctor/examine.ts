import { createKeySpace } from '@breakwater/core/redis';
import { failureKind } from '../failure.ts';
import type { RedisPool } from '../pool.ts';
import type { DoctorFacts, Examination, FactName, Permission } from './facts.ts';

/** As much of a pool as the doctor touches. */
export type Patient = Pick<RedisPool, 'inspect' | 'call' | 'eval' | 'unlink' | 'publish' | 'nodes'>;

/** A fact, or why Redis did not give it away. */
type Answer<Fact> = { readonly fact: Fact } | { readonly because: string };

/**
 * Asks Redis for all that the rules need. Writes nothing; what it publishes nobody hears.
 *
 * @throws what the pool's commands fail with when Redis is away. A refusal is an answer.
 */
export async function examine(pool: Patient, namespace: string | undefined): Promise<Examination> {
  const { redis, clock, refusals } = await pool.inspect();
  const own = namespace === undefined ? undefined : createKeySpace(namespace);
  const answers = {
    persistence: await persistenceOf(pool, redis.isAppendOnly),
    scripts: await permission(() => pool.eval('return 1', 0)),
    keys: own ? await permission(() => pool.unlink([own.key('doctor', 'none')])) : UNASKED,
    channels: own ? await permission(() => pool.publish(own.channel('doctor'), '')) : UNASKED,
  };
  const facts: DoctorFacts = {
    ...redis,
    ...(clock && { clock }),
    isClusterClient: pool.nodes !== undefined,
    ...factsOf(answers),
  };
  const reasons: Partial<Record<FactName, string>> = reasonsOf(answers);
  if (refusals.TIME) reasons.clock = refusals.TIME;
  return { facts, because: (fact) => reasons[fact] ?? refusals.INFO ?? 'Redis does not say it in INFO.' };
}

const UNASKED: Answer<Permission> = { fact: 'unasked' };

async function permission(command: () => Promise<unknown>): Promise<Answer<Permission>> {
  const answer = await orReason(command);
  if ('fact' in answer) return { fact: 'allowed' };
  return answer.because.startsWith('NOPERM') ? { fact: { refusal: answer.because } } : answer;
}

async function persistenceOf(
  pool: Patient,
  isAppendOnly: boolean | undefined,
): Promise<Answer<NonNullable<DoctorFacts['persistence']>>> {
  if (isAppendOnly) return { fact: 'append-only' };
  const answer = await orReason(() => pool.call('CONFIG', 'GET', 'save'));
  if ('because' in answer) return answer;
  const [, schedule] = answer.fact as [string, string];
  if (schedule !== '') return { fact: 'snapshots' };
  return isAppendOnly === false
    ? { fact: 'none' }
    : { because: 'Redis does not say whether it has an append-only file.' };
}

/** An outage is not caught: it says nothing about Redis's settings. */
async function orReason(command: () => Promise<unknown>): Promise<Answer<unknown>> {
  try {
    return { fact: await command() };
  } catch (error) {
    if (failureKind(error) === 'reply') return { because: (error as Error).message };
    throw error;
  }
}

function factsOf(answers: Record<string, Answer<unknown>>): Partial<DoctorFacts> {
  const known = Object.entries(answers).flatMap(([name, answer]) => ('fact' in answer ? [[name, answer.fact]] : []));
  return Object.fromEntries(known);
}

function reasonsOf(answers: Record<string, Answer<unknown>>): Partial<Record<FactName, string>> {
  const unknown = Object.entries(answers).flatMap(([name, answer]) =>
    'because' in answer ? [[name, answer.because]] : [],
  );
  return Object.fromEntries(unknown);
}
