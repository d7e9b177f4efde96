import { CallRefusedError, callChecks } from '../errors.ts';
import type { MonitorRequest } from '../monitor-request.ts';
import type { Page } from '../page.ts';
import { documentResponse, type MonitorResponse, problemResponse } from '../responses.ts';
import { type Asked, type Call, isInputError } from './http-cache-calls.ts';
import { readJson } from './json-content.ts';

/** A call that is told what it is about by a query. */
export function listPage(call: Call): Page {
  return {
    guarded: true,
    method: 'GET',
    answer: (asked) =>
      answerTo(call, asked, async () => Object.fromEntries(new URL(asked.target, 'http://_').searchParams)),
  };
}

/** A call that is told what it is about by JSON. */
export function callPage(call: Call): Page {
  return {
    guarded: true,
    method: 'POST',
    answer: (asked) => answerTo(call, asked, async () => objectIn(await readJson(asked))),
  };
}

async function answerTo(
  call: Call,
  { request, signal }: MonitorRequest<unknown>,
  read: () => Promise<Asked['said']>,
): Promise<MonitorResponse> {
  try {
    return documentResponse(await call({ said: await read(), request, signal }));
  } catch (error) {
    if (error instanceof CallRefusedError)
      return problemResponse(error.status, error.code, 'The call is refused', { detail: error.message });
    if (isInputError(error))
      return problemResponse(400, error.code, 'The call is not understood', { detail: error.message });
    throw error;
  }
}

function objectIn(content: unknown): Asked['said'] {
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content as Asked['said'];
  throw callChecks.failure('content', 'a JSON object', content);
}
