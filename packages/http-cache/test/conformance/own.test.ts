import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { createOwnOrigin, type OwnOrigin } from './own/own-origin.ts';
import { OWN, runOwn } from './own/run-own.ts';
import { COMMON } from './suite.ts';
import { testsOf } from './verdicts.ts';

type Gateway = (origin: OwnOrigin) => (request: IncomingMessage, response: ServerResponse) => void;
const nameIn = ({ url = '' }: IncomingMessage) => url.split('/').slice(2);

const withoutCache: Gateway = (origin) => (request, response) => origin.handle(nameIn(request), request, response);

/** What an origin said first is everybody's for ever, whatever it says of itself. */
const withoutRules: Gateway = (origin) => {
  const first = new Map<string, (response: ServerResponse) => void>();
  return (request, response) => {
    const url = request.url ?? '';
    const stored = first.get(url);
    if (stored) {
      stored(response);
      return;
    }
    const { end } = response;
    response.end = ((body: string) => {
      const headers = response.getHeaders();
      first.set(url, (later) => later.writeHead(response.statusCode, headers).end(body));
      return Reflect.apply(end, response, [body]);
    }) as typeof end;
    origin.handle(nameIn(request), request, response);
  };
};

async function passedBy(gateway: Gateway): Promise<string[]> {
  const origin = createOwnOrigin();
  const { url, close } = await serve(gateway(origin));
  const results = await runOwn(url, origin, []);
  await close();
  return OWN.tests.map(({ id }) => id).filter((id) => results[id] === true);
}

describe('our own tests of what the suite asks for today', () => {
  it('are, with those of the copy on npm, as many optimal ones as the suite has', () => {
    expect([testsOf(COMMON, 'optimal'), testsOf([OWN], 'optimal')].map(({ length }) => length)).toEqual([86, 19]);
    expect(new Set(OWN.tests.map(({ asks }) => asks)).size).toBe(OWN.tests.length);
  });

  it('are each failed by a gateway that stores nothing, or by one that stores all for ever', async () => {
    const [nothing, all] = await Promise.all([passedBy(withoutCache), passedBy(withoutRules)]);
    expect(nothing.filter((id) => all.includes(id))).toEqual([]);
    expect([nothing.length, all.length]).not.toContain(0);
  });
});
