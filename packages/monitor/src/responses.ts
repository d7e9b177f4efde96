import { createProblem, PROBLEM_TYPE } from '@breakwater/core/http';

/** What a door sends, whatever the framework. */
export interface MonitorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function textResponse(contentType: string, body: string): MonitorResponse {
  return response(200, contentType, body);
}

export function jsonResponse(status: number, body: object): MonitorResponse {
  return response(status, 'application/json; charset=utf-8', JSON.stringify(body));
}

export const FORBIDDEN: MonitorResponse = problemResponse(403, 'ERR_MONITOR_FORBIDDEN', 'Forbidden');

/** RFC 9110 §15.5.6: a 405 says what is allowed. */
export const METHOD_NOT_ALLOWED: MonitorResponse = problemResponse(405, 'ERR_MONITOR_METHOD', 'Method Not Allowed', {
  allow: 'GET, HEAD',
});

function problemResponse(
  status: number,
  code: string,
  title: string,
  headers: Record<string, string> = {},
): MonitorResponse {
  return response(status, PROBLEM_TYPE, JSON.stringify(createProblem(status, code, title)), headers);
}

function response(
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): MonitorResponse {
  return { status, headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers }, body };
}
