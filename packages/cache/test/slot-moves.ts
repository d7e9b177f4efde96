import { eventually, type RedisServer } from '@breakwater/testkit';
import { Redis } from 'ioredis';

/** A slot on its way from one node of a Cluster to another, by hand: as `redis-cli --cluster reshard` moves it, a step at a time. */
export interface SlotMove {
  /** Takes these keys over, those of them that are still there. */
  carry(...keys: string[]): Promise<void>;
  /** Takes the rest over, and gives the slot to its new node. */
  finish(): Promise<void>;
}

/** The nodes of a Cluster, as who looks after them sees them. */
export interface ClusterAdmin {
  /** The node that has `key`'s slot. */
  ownerOf(key: string): Promise<RedisServer>;
  /** From its owner to `to`. */
  beginMove(key: string, to: RedisServer): Promise<SlotMove>;
  client(node: RedisServer): Redis;
  close(): void;
}

export function createClusterAdmin(nodes: readonly RedisServer[]): ClusterAdmin {
  const clients = new Map(nodes.map((node) => [node, new Redis(node.url)]));

  function client(node: RedisServer): Redis {
    const known = clients.get(node);
    if (!known) throw new Error(`No node of the Cluster is at ${node.url}.`);
    return known;
  }

  const idOf = async (node: RedisServer) => String(await client(node).cluster('MYID'));
  const slotOf = async (key: string) => Number(await [...clients.values()][0]?.cluster('KEYSLOT', key));

  async function ownerOf(key: string): Promise<RedisServer> {
    const slot = await slotOf(key);
    for (const node of nodes) {
      const ranges = (await client(node).call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
      if (ranges.find(([first, last]) => first <= slot && slot <= last)?.[2][1] === node.port) return node;
    }
    throw new Error(`No node says that it has slot ${slot}.`);
  }

  return {
    ownerOf,
    client,
    async beginMove(key, to) {
      const [slot, from] = [await slotOf(key), await ownerOf(key)];
      await client(to).cluster('SETSLOT', slot, 'IMPORTING', await idOf(from));
      await client(from).cluster('SETSLOT', slot, 'MIGRATING', await idOf(to));

      async function carry(...keys: string[]): Promise<void> {
        if (keys.length > 0) await client(from).call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
      }

      return {
        carry,
        async finish() {
          for (;;) {
            const left = (await client(from).cluster('GETKEYSINSLOT', slot, 100)) as string[];
            if (left.length === 0) break;
            await carry(...left);
          }
          const id = await idOf(to);
          // Who gets it knows first; the others are told, so that nobody has to wait for gossip.
          for (const node of [to, from, ...clients.keys()]) await client(node).cluster('SETSLOT', slot, 'NODE', id);
          await eventually(async () => (await ownerOf(key)) === to);
        },
      };
    },
    close() {
      for (const redis of clients.values()) redis.disconnect();
    },
  };
}
