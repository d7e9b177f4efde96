import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Moment, StoredResponse } from '../stored/entry.ts';
import { isNodesOwn } from './send-body.ts';
import { sendStored } from './send-stored.ts';

/**
 * Hits of one turn of the event loop leave in bunches. A write to a client that waits wakes it, which costs the writer more than
 * the answer did; the second of two writes in a row finds it awake (docs/decisions/0048).
 */
export interface Departures {
  /** Sends a whole stored response, at the end of this turn at the latest. */
  send(response: ServerResponse, stored: StoredResponse, moment: Moment, withBody: boolean): void;
  /** Before anything runs that may take its time. */
  leave(): void;
}

interface Departure {
  readonly response: ServerResponse;
  readonly stored: StoredResponse;
  readonly moment: Moment;
  readonly withBody: boolean;
}

/** The clients of a full bunch have work while the next one is made. */
const BUNCH = 16;

/** The responses of a bunch are of many requests: none of them is to run in the async context of another. */
const inNoContext = AsyncLocalStorage.snapshot();

const finishes = channel('http.server.response.finish');

export function createDepartures(report: (error: unknown) => void): Departures {
  let waiting: Departure[] = [];
  let isTurnAwaited = false;

  function leave(): void {
    if (waiting.length > 0) inNoContext(sendWaiting);
  }

  function sendWaiting(): void {
    const leaving = waiting;
    waiting = [];
    for (const departure of leaving) send(departure);
  }

  function endTurn(): void {
    isTurnAwaited = false;
    leave();
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

  return {
    send(response, stored, moment, withBody) {
      if (!isNodesOwn(response) || isObserved(response)) {
        sendStored(response, stored, moment, withBody);
        return;
      }
      if (waiting.push({ response, stored, moment, withBody }) === BUNCH) leave();
      else if (!isTurnAwaited) {
        isTurnAwaited = true;
        setImmediate(endTurn);
      }
    },
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
