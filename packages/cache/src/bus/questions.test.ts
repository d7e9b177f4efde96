import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createArrivals } from './arrivals.ts';
import type { Saying } from './bus-message.ts';
import { createPeers } from './peers.ts';
import { createQuestions } from './questions.ts';

it('a question is answered when all that it asks for was heard, and not before', async () => {
  const arrivals = createArrivals();
  const said: Saying[] = [];
  let hasHeard = false;
  const questions = createQuestions({
    own: () => ({ publisher: 'own', sequence: 0 }),
    peers: createPeers(1000),
    arrivals,
    hasHeard: () => hasHeard,
    async say(saying) {
      said.push(saying);
      return 1;
    },
  });
  const answering = questions.answer({ publisher: 'somebody', sequence: 5 });
  arrivals.look();
  await turn();
  expect(said).toEqual([]);
  hasHeard = true;
  arrivals.look();
  await answering;
  expect(said).toEqual([['heard', 'somebody', 5]]);
});
