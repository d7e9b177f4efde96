import { AsyncLocalStorage } from 'node:async_hooks';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createStoredResponse, type StoredResponse } from '../stored/entry.ts';
import { createDepartures, type Departures } from './departures.ts';

const MOMENT = { ageSeconds: 7, cacheStatus: 'breakwater; hit; ttl=53; detail=memory' };
const STORED = storedText('stored');

function storedText(text: string, headers: readonly string[] = ['content-type', 'text/plain']): StoredResponse {
  const body = Buffer.from(text);
  const reuse = { lifetimeMs: 60_000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, validation: 'none' } as const;
  const length = ['content-length', String(body.length)];
  const facts = { status: 200, hasOwnTag: false, clientSeconds: undefined, initialAgeMs: 0 };
  return createStoredResponse({ ...facts, reuse, body, headers: [...headers, ...length] });
}

function someResponse(): ServerResponse {
  const sink = new PassThrough() as unknown as Socket;
  const response = new ServerResponse(new IncomingMessage(sink));
  response.assignSocket(sink);
  // As a server does it.
  response.on('finish', () => {});
  return response;
}

/** What the client was sent; empty as long as nothing was. */
function received({ socket }: ServerResponse): string {
  return String((socket as unknown as PassThrough | null)?.read() ?? '');
}

describe('hits of one turn', () => {
  let failures: unknown[];
  let departures: Departures;
  beforeEach(() => {
    failures = [];
    departures = createDepartures((error) => failures.push(error));
  });

  function send(response: ServerResponse, stored = STORED): ServerResponse {
    departures.sendWithTurn(response, stored, MOMENT, true);
    return response;
  }

  it('leave when it ends, each with its own body', async () => {
    const first = send(someResponse(), storedText('first'));
    const second = send(someResponse(), storedText('second'));
    expect([first.headersSent, second.headersSent]).toEqual([false, false]);
    await endOfTurn();
    expect(received(first)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nfirst$/s);
    expect(received(second)).toMatch(/\r\n\r\nsecond$/);
  });

  it('leave in every turn anew', async () => {
    for (const text of ['one', 'two', 'three']) {
      const response = send(someResponse(), storedText(text));
      await endOfTurn();
      expect(received(response)).toContain(text);
    }
  });

  it('leave 32 at a time, and do not wait for another', async () => {
    const responses = Array.from({ length: 33 }, () => send(someResponse()));
    expect(responses.filter(({ headersSent }) => headersSent)).toHaveLength(32);
    expect(responses[32]?.headersSent).toBe(false);
    await endOfTurn();
    expect(responses[32]?.headersSent).toBe(true);
  });

  it('leave with those of the same reply, when all have heard of it', async () => {
    const reply = Promise.resolve();
    const responses = [someResponse(), someResponse()];
    const heard = responses.map(async (response) => {
      await reply;
      departures.sendWithReply(response, STORED, MOMENT, true);
      return response.headersSent;
    });
    expect(await Promise.all(heard)).toEqual([false, false]);
    await new Promise(process.nextTick);
    expect(responses.map(({ headersSent }) => headersSent)).toEqual([true, true]);
  });

  it('leave before what takes its time, once', async () => {
    const response = send(someResponse());
    departures.leave();
    expect(received(response)).toContain('stored');
    departures.leave();
    await endOfTurn();
    expect(received(response)).toBe('');
  });

  it('are not sent to whom was answered meanwhile, or went', async () => {
    const timedOut = send(someResponse());
    const gone = send(someResponse());
    timedOut.writeHead(503).end('too late');
    gone.destroy();
    await endOfTurn();
    expect(received(timedOut)).toMatch(/^HTTP\/1\.1 503 .*too late/s);
    expect(gone.headersSent).toBe(false);
    expect(failures).toEqual([]);
  });

  it('leave although one of them cannot be sent, which ends its connection and is told', async () => {
    const broken = send(someResponse(), storedText('broken', ['content-type', 'text\r\nplain']));
    const sound = send(someResponse());
    await endOfTurn();
    expect(received(sound)).toContain('stored');
    expect(broken.destroyed).toBe(true);
    expect(failures).toEqual([expect.objectContaining({ code: 'ERR_INVALID_CHAR' })]);
  });

  it('leave in the async context of none of their requests', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    for (const name of ['first', 'second']) {
      const response = context.run(name, () => send(someResponse()));
      // Whoever comes to listen only now.
      response.on('finish', () => seen.push(context.getStore()));
    }
    await endOfTurn();
    await endOfTurn();
    expect(seen).toEqual([undefined, undefined]);
  });

  it('are sent at once where somebody is told of it, in the context of the request', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const responses = ['first', 'second'].map((name) =>
      context.run(name, () => {
        const response = someResponse();
        response.on('finish', () => seen.push(context.getStore()));
        return send(response);
      }),
    );
    expect(responses.map(({ headersSent }) => headersSent)).toEqual([true, true]);
    await endOfTurn();
    expect(seen).toEqual(['first', 'second']);
  });

  it.each(['prefinish', 'close'])('are sent at once where somebody listens for %s', (event) => {
    const response = someResponse();
    response.on(event, () => {});
    expect(send(response).headersSent).toBe(true);
  });

  it('are sent at once where somebody stands between', () => {
    const response = someResponse();
    const { end } = response;
    response.end = (...given: unknown[]) => Reflect.apply(end, response, given);
    expect(send(response).headersSent).toBe(true);
  });
});
