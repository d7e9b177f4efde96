import type { Clock } from '@breakwater/core';
import type { Request } from 'express';
import { findPair, type Pair } from '../market/pairs.ts';

/** Every GET here answers everybody alike, so a logged-in caller may share a stored response too. */
export const audience = 'everyone';

/**
 * What an answer depends on: the names in its path, in any case, and what its handler reads of the query. Whatever else
 * a client writes into a query is no way past the stored answer.
 */
export function pathAnd(...parameters: readonly string[]): (request: Request) => string {
  return ({ params, query }) => {
    const names = Object.values(params).map((name) => String(name).toUpperCase());
    return JSON.stringify([names, parameters.map((parameter) => query[parameter])]);
  };
}

export const pathOnly = pathAnd();

/** The tag of a route's pair; an unknown pair has none, and no response that would be stored. */
export function ofPair(tag: (pair: Pair) => string): (request: Request) => readonly string[] {
  return (request) => {
    const pair = findPair(request.params.pair);
    return pair ? [tag(pair)] : [];
  };
}

/** Says of an answer when it was made, and that its market is a replay, so that nobody takes it for today's. */
export function replayed<Answer extends object>(clock: Clock, answer: Answer) {
  return { ...answer, replayed: true, asOf: new Date(clock.now()).toISOString() };
}
