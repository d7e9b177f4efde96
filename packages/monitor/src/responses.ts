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
  return response(status, JSON_TYPE, JSON.stringify(body));
}

/** For people: in lines, with one at its end, so that a shell's prompt stands below it. */
export function documentResponse(body: object): MonitorResponse {
  return response(200, JSON_TYPE, inLines(body));
}

export const FORBIDDEN: MonitorResponse = problemResponse(403, 'ERR_MONITOR_FORBIDDEN', 'Forbidden');

/** RFC 9110 §15.5.6: a 405 says what is allowed. */
export function methodNotAllowed(allow: string): MonitorResponse {
  return response(405, PROBLEM_TYPE, inLines(createProblem(405, 'ERR_MONITOR_METHOD', 'Method Not Allowed')), {
    allow,
  });
}

export function problemResponse(
  status: number,
  code: string,
  title: string,
  extensions: Record<string, unknown> = {},
): MonitorResponse {
  return response(status, PROBLEM_TYPE, inLines(createProblem(status, code, title, extensions)));
}

const JSON_TYPE = 'application/json; charset=utf-8';

function inLines(body: object): string {
  return `${JSON.stringify(body, null, 2)}\n`;
}

function response(
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): MonitorResponse {
  return { status, headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers }, body };
}
