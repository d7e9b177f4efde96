/** What the nodes of a Cluster say of where its slots are. */
export interface ClusterLayout {
  /** Another one as soon as any slot has changed its node, there and back too. */
  readonly text: string;
  /** Whether the keys of a slot are half on one node and half on another. */
  readonly isMoving: boolean;
  /** Whether a node that was not asked has slots, or is being given its first. */
  readonly hasUnknownNode: boolean;
}

/** A slot on its way, with the id of the other node: `[93->-<id>]` where it leaves, `[93-<-<id>]` where it arrives. */
const ON_ITS_WAY = /^\[\d+-[<>]-([\da-f]+)\]$/;

/**
 * Reads what `CLUSTER NODES` says, of each node that a client knows; `undefined` where that is not to be understood. A line is
 * a node: id, address, flags, master, ping, pong, epoch, link, then its slots.
 */
export function readClusterLayout(replies: readonly string[]): ClusterLayout | undefined {
  const nodes = replies.map((reply) =>
    reply
      .trim()
      .split('\n')
      .map((line) => {
        const [id = '', , flags = '', , , , epoch = '', , ...slots] = line.trim().split(' ');
        return { id, epoch, slots, isAsked: flags.split(',').includes('myself') };
      }),
  );
  const asked = nodes.flatMap((seen) => seen.filter(({ isAsked }) => isAsked));
  if (asked.length !== replies.length) return undefined;
  const known = new Set(asked.map(({ id }) => id));
  const onTheirWay = asked.flatMap(({ slots }) => slots.flatMap((slot) => ON_ITS_WAY.exec(slot)?.[1] ?? []));
  const owners = nodes.flat().flatMap(({ id, slots }) => (slots.length > 0 ? id : []));
  return {
    text: asked
      .map(({ id, epoch, slots }) => [id, epoch, ...slots].join(' '))
      .toSorted()
      .join('\n'),
    isMoving: onTheirWay.length > 0,
    hasUnknownNode: [...onTheirWay, ...owners].some((id) => !known.has(id)),
  };
}
