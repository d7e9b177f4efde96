import { expect, it } from 'vitest';
import { createPeers } from './peers.ts';

it('an instance is alive for as long after its last sign of life as it was told, under the name it gave itself', () => {
  const peers = createPeers(100);
  peers.heard('a', 0);
  peers.heard('b', 50, 'api-2');
  expect(peers.live(99)).toMatchObject([{ name: 'a' }, { publisher: 'b', name: 'api-2' }]);
  peers.heard('a', 99, 'api-1');
  peers.heard('b', 100);
  expect(peers.live(150)).toMatchObject([{ name: 'api-1' }, { name: 'api-2' }]);
  peers.left('a');
  expect(peers.live(150)).toMatchObject([{ name: 'api-2' }]);
  expect(peers.live(200)).toEqual([]);
});

it('no more than a thousand are remembered, the longest silent are forgotten', () => {
  const peers = createPeers(100);
  for (let index = 0; index < 5000; index += 1) peers.heard(`p${index}`, 0);
  const live = peers.live(0);
  expect(live).toHaveLength(1000);
  expect(live.at(-1)).toMatchObject({ publisher: 'p4999' });
});
