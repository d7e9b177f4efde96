import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Interim, OwnOrigin, Told } from './own-origin.ts';

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly interim: readonly Interim[];
  /** The origin made it for an earlier request. */
  readonly isReused: boolean;
}

/** A client at a URL of its own, of which the origin says what the test wants it to. */
export interface Visit {
  /** @param told what the origin answers, if it is asked. */
  ask(told: Told, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

const client = new Agent();

export function createVisit(gateway: string, origin: OwnOrigin): Visit {
  const name = randomUUID();
  let asked = 0;
  return {
    async ask(told, headers = {}) {
      asked += 1;
      const marked = { ...told.headers, 'Made-For': String(asked) };
      origin.tell(name, { ...told, headers: marked });
      const interim: Interim[] = [];
      const answer = await request(`${gateway}/own/${name}`, {
        headers,
        dispatcher: client,
        onInfo: ({ statusCode, headers: fields }) => interim.push({ status: statusCode, headers: fields }),
      });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: await answer.body.text(),
        interim,
        isReused: answer.headers['made-for'] !== String(asked),
      };
    },
  };
}

/** Longer than the lifetimes of a second that tests wait for to end; they only get older on a busy machine. */
export const LATER_MS = 2500;

/** What the origin said once is the answer to the next as well. */
export function isReused(told: Told, { afterMs = 0 } = {}): (visit: Visit) => Promise<void> {
  return async (visit) => {
    assert((await askTwice(visit, told, afterMs)).isReused, 'Answer 2 does not come from cache');
  };
}

/** The origin is asked again. */
export function isAskedAgain(told: Told, { afterMs = 0 } = {}): (visit: Visit) => Promise<void> {
  return async (visit) => {
    assert(!(await askTwice(visit, told, afterMs)).isReused, 'Answer 2 comes from cache');
  };
}

async function askTwice(visit: Visit, told: Told, afterMs: number): Promise<Answer> {
  const first = await visit.ask(told);
  assert.equal(first.status, told.status ?? 200);
  await sleep(afterMs);
  return visit.ask(told);
}
