import { Agent, request } from 'undici';

const client = new Agent();

/** As much of `fetch` as the suite uses. The real one adds `no-cache` of its own to conditional requests. */
export const plainFetch = (async (
  url: string,
  init: { method?: string; headers?: [string, string][]; body?: string } = {},
) => {
  const { method = 'GET', headers = [], body = null } = init;
  const answer = await request(url, { method: method as 'GET', headers: headers.flat(), body, dispatcher: client });
  const received = Object.entries(answer.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => [name, one]),
  );
  return {
    status: answer.statusCode,
    statusText: answer.statusText,
    headers: new Headers(received as [string, string][]),
    text: () => answer.body.text(),
  };
}) as unknown as typeof fetch;
