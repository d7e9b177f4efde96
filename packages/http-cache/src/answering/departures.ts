import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers';
import type { Moment, StoredResponse } from '../stored/entry.ts';
import { isNodesOwn } from './send-body.ts';
import { sendStored } from './send-stored.ts';

/**
 * Hits of one turn of the event loop leave in bunches. A write to a client that waits wakes it, which costs the writer more than
 * the answer did; the second of two writes in a row finds it awake (docs/decisions/0050).
 */
export interface Departures {
  /** Sends a whole stored response when all requests of this turn are read. */
  readonly sendWithTurn: SendWhole;
  /** Sends one that Redis was asked for, with those of the same reply. */
  readonly sendWithReply: SendWhole;
  /** Before anything runs that may take its time. */
  leave(): void;
}

export type SendWhole = typeof sendStored;

interface Departure {
  readonly response: ServerResponse;
  readonly stored: StoredResponse;
  readonly moment: Moment;
  readonly withBody: boolean;
}

/** The clients of a full bunch have work while the next one is made. */
const BUNCH = 32;

/** The responses of a bunch are of many requests: none of them is to run in the async context of another. */
const inNoContext = AsyncLocalStorage.snapshot();

const finishes = channel('http.server.response.finish');

export function createDepartures(report: (error: unknown) => void): Departures {
  let waiting: Departure[] = [];

  function leave(): void {
    if (waiting.length > 0) inNoContext(sendWaiting);
  }

  function sendWaiting(): void {
    const leaving = waiting;
    waiting = [];
    for (const departure of leaving) send(departure);
  }

  function send({ response, stored, moment, withBody }: Departure): void {
    // The client went, or a time limit of the application's answered it.
    if (response.destroyed || response.headersSent) return;
    try {
      sendStored(response, stored, moment, withBody);
    } catch (error) {
      report(error);
      if (!response.writableEnded) response.destroy();
    }
  }

  function sendWith(end: (callback: () => void) => unknown): SendWhole {
    return (response, stored, moment, withBody) => {
      if (!isNodesOwn(response) || isObserved(response)) {
        sendStored(response, stored, moment, withBody);
        return;
      }
      const count = waiting.push({ response, stored, moment, withBody });
      if (count === BUNCH) leave();
      else if (count === 1) end(leave);
    };
  }

  return {
    sendWithTurn: sendWith(setImmediate),
    // When all have heard of the reply who waited for it.
    sendWithReply: sendWith(process.nextTick),
    leave,
  };
}

/** Somebody besides node is told when it has left, and is to be told in the context of its request. */
function isObserved(response: ServerResponse): boolean {
  return (
    finishes.hasSubscribers ||
    response.listenerCount('finish') > 1 ||
    response.listenerCount('prefinish') > 0 ||
    response.listenerCount('close') > 0
  );
}
