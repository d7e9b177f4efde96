import { STATUS_CODES } from 'node:http';
import { BreakwaterError, describeValue } from '@breakwater/core';

/** A request that cannot be served as it is: answered as an RFC 9457 problem document. */
export class HttpProblem extends BreakwaterError {
  override readonly name = 'HttpProblem';
  readonly status: number;
  /** Further members of the document. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(status: number, what: string, message: string, extensions: Record<string, unknown> = {}) {
    super(`ERR_TRADING_API_${what}`, message);
    this.status = status;
    this.extensions = extensions;
  }

  get title(): string {
    return STATUS_CODES[this.status] ?? 'Error';
  }
}

export function unknownName(kind: string, name: unknown, known: readonly string[]): HttpProblem {
  const message = `There is no ${kind} ${describeValue(name)}; there is ${known.join(', ')}.`;
  return new HttpProblem(404, `UNKNOWN_${kind.toUpperCase()}`, message, { known });
}

export function unknownRoute(method: string, path: string): HttpProblem {
  return new HttpProblem(404, 'UNKNOWN_ROUTE', `${method} ${describeValue(path)} is no route; GET / lists them.`);
}

export function invalidField(field: string, rule: string, value: unknown): HttpProblem {
  return new HttpProblem(400, 'INVALID_FIELD', `${field} must be ${rule}, got ${describeValue(value)}.`, { field });
}

export function jsonRequired(contentType: string | undefined): HttpProblem {
  const message = `A POST must have the Content-Type application/json, got ${describeValue(contentType ?? 'none')}.`;
  return new HttpProblem(415, 'JSON_REQUIRED', message);
}

export function wrongPassword(): HttpProblem {
  return new HttpProblem(401, 'WRONG_PASSWORD', 'There is no account with this username and password.');
}

export function loginRequired(): HttpProblem {
  return new HttpProblem(401, 'LOGIN_REQUIRED', 'Log in first: POST /api/login with username and password.');
}

export function roleRequired(role: string): HttpProblem {
  return new HttpProblem(403, 'ROLE_REQUIRED', `This needs the role ${role}.`);
}

export function notEnoughData(indicator: string, period: number, closesNeeded: number): HttpProblem {
  const message = `${indicator} over ${period} days needs ${closesNeeded} closes, and there are fewer: shorten the period.`;
  return new HttpProblem(422, 'NOT_ENOUGH_DATA', message, { closesNeeded });
}

export function crossingOrder(side: string, limit: number, price: number): HttpProblem {
  const message = `A ${side} order at ${limit} would trade at once, the price is ${price}: POST it to /api/trades.`;
  return new HttpProblem(422, 'CROSSING_ORDER', message, { price });
}

export function sessionsUnavailable(): HttpProblem {
  const message = 'Who is logged in cannot be told while Redis is away; the market data is served all the same.';
  return new HttpProblem(503, 'SESSIONS_UNAVAILABLE', message);
}

export function alreadyTraining(model: string): HttpProblem {
  return new HttpProblem(409, 'ALREADY_TRAINING', `${model} is being retrained; ask again when that is done.`);
}
