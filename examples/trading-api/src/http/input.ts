import { invalidField, unknownName } from '../errors.ts';
import { findIndicator, INDICATORS, type IndicatorName } from '../indicators/indicators.ts';
import { findPair, PAIRS, type Pair } from '../market/pairs.ts';
import { findToken, SYMBOLS, type Token } from '../market/tokens.ts';
import { findModel, MODELS, type ModelName } from '../models/regressors.ts';

/** What is named in a path either exists, or the answer is 404 with the names that do. */
export function expectPair(name: unknown): Pair {
  return findPair(name) ?? fail(unknownName('pair', name, PAIRS));
}

export function expectToken(symbol: unknown): Token {
  return findToken(String(symbol)) ?? fail(unknownName('token', symbol, SYMBOLS));
}

export function expectIndicator(name: unknown): IndicatorName {
  return findIndicator(String(name)) ?? fail(unknownName('indicator', name, INDICATORS));
}

export function expectModel(name: unknown): ModelName {
  return findModel(String(name)) ?? fail(unknownName('model', name, MODELS));
}

export interface IntegerRule {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** A whole number from a query string, which holds text, or its default where it is absent. */
export function expectQueryInteger(name: string, value: unknown, rule: IntegerRule): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return expectInteger(name, number, rule);
}

export function expectInteger(name: string, value: unknown, { min, max, default: fallback }: IntegerRule): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidField(name, `a whole number between ${min} and ${max}`, value);
}

/** A price or a quantity: from a cent, or a hundredth of a share, to `max`. */
export function expectAmount(name: string, value: unknown, max: number): number {
  if (typeof value === 'number' && value >= 0.01 && value <= max) return value;
  throw invalidField(name, `a number between 0.01 and ${max}`, value);
}

export function expectOneOf<Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === value);
  return choice ?? fail(invalidField(name, `one of ${choices.join(', ')}`, value));
}

export function expectText(name: string, value: unknown, maxLength: number): string {
  if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value;
  throw invalidField(name, `a text of 1 to ${maxLength} characters`, value);
}

/** A JSON object with no other fields than `known`, so that a misspelt one is not overlooked. No body is an empty one. */
export function expectBody<Field extends string>(
  body: unknown,
  known: readonly Field[],
): { [name in Field]?: unknown } {
  const fields = body ?? {};
  if (typeof fields !== 'object' || Array.isArray(fields)) throw invalidField('the body', 'a JSON object', body);
  const isKnown = Object.keys(fields).every((field) => known.some((one) => one === field));
  if (!isKnown) throw invalidField('the body', `an object with only ${known.join(', ')}`, fields);
  return fields as { [name in Field]?: unknown };
}

function fail(error: Error): never {
  throw error;
}
