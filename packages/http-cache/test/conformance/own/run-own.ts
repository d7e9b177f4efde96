import { AssertionError } from 'node:assert';
import type { Results } from '../suite.ts';
import { isChosen } from '../suite-test.ts';
import type { Behaviour } from './behaviour.ts';
import { AGES, NO_DATES, READ_DATES } from './dates.ts';
import { INTERIM, SENT, STALE } from './lives.ts';
import type { OwnOrigin } from './own-origin.ts';
import { TARGETED_FIELD } from './targeted.ts';
import { createVisit } from './visit.ts';

/** All that the suite asks for today, and the copy on npm does not, or only looks at. */
export const OWN = {
  name: 'Since 0.4.5',
  id: 'own',
  tests: [...READ_DATES, ...NO_DATES, ...AGES, ...TARGETED_FIELD, ...STALE, ...INTERIM, ...SENT],
};

/** Runs them all at once against a cache in front of `origin`. */
export async function runOwn(gateway: string, origin: OwnOrigin, ids: readonly string[]): Promise<Results> {
  const chosen = OWN.tests.filter(({ id }) => isChosen(id, ids));
  return Object.fromEntries(
    await Promise.all(chosen.map(async (test) => [test.id, await outcome(test, gateway, origin)] as const)),
  );
}

async function outcome({ shown }: Behaviour, gateway: string, origin: OwnOrigin): Promise<Results[string]> {
  try {
    await shown(createVisit(gateway, origin));
    return true;
  } catch (error) {
    if (error instanceof AssertionError) return ['Assertion', error.message];
    return ['Harness', String(error)];
  }
}
