import { readClusterLayout } from './cluster-layout.ts';
import { RedisUnknownNodeError } from './errors.ts';
import type { RedisNode, RedisPort } from './port.ts';
import { isRefusal } from './refusal.ts';

/**
 * The keys that match `pattern`, a page at a time, over every master of a Cluster. A key may be named twice, and none is
 * missed that was there throughout, also where a Cluster moves it from node to node meanwhile. Never on a request path.
 *
 * @throws RedisUnknownNodeError where the client does not know every node yet.
 */
export async function* scanKeys(redis: RedisPort, pattern: string, pageSize = 500): AsyncGenerator<string[]> {
  if (!redis.nodes) {
    yield* scanNode(redis, pattern, pageSize);
    return;
  }
  const before = await layoutOf(redis.nodes('master'));
  yield* scanNodes(redis.nodes('master'), pattern, pageSize);
  const after = await layoutOf(redis.nodes('master'));
  if (before !== undefined && before === after) return;
  // A key may have left a node that was not yet walked over for one that was. Unless it moved twice, it is still there.
  yield* scanNodes(redis.nodes('master'), pattern, pageSize);
  await layoutOf(redis.nodes('master'));
}

async function* scanNodes(nodes: readonly RedisNode[], pattern: string, pageSize: number): AsyncGenerator<string[]> {
  for (const node of nodes) yield* scanNode(node, pattern, pageSize);
}

async function* scanNode(node: Pick<RedisNode, 'scan'>, pattern: string, pageSize: number): AsyncGenerator<string[]> {
  let cursor = '0';
  do {
    const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', pageSize);
    if (keys.length > 0) yield keys;
    cursor = next;
  } while (cursor !== '0');
}

/** Where every slot is; `undefined` where one is on its way, or where the nodes do not say. */
async function layoutOf(nodes: readonly RedisNode[]): Promise<string | undefined> {
  const replies = await Promise.all(nodes.map(askForNodes));
  const layout = readClusterLayout(replies);
  if (layout?.hasUnknownNode) throw new RedisUnknownNodeError();
  return layout?.isMoving ? undefined : layout?.text;
}

async function askForNodes(node: RedisNode): Promise<string> {
  try {
    return String(await node.cluster('NODES'));
  } catch (error) {
    // An ACL may forbid it.
    if (error instanceof Error && isRefusal(error)) return '';
    throw error;
  }
}
