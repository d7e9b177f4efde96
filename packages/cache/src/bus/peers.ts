/** The other instances of the namespace, by the signs of life they gave. */
export interface Peers {
  /** @param name what its user calls it, where it said so. */
  heard(publisher: string, nowMs: number, name?: string): void;
  left(publisher: string): void;
  live(nowMs: number): readonly Peer[];
}

export interface Peer {
  readonly publisher: string;
  readonly name: string;
}

interface KnownPeer extends Peer {
  readonly heardAtMs: number;
}

/** Anybody who can publish can claim to be many. */
const MAX_PEERS = 1000;

export function createPeers(livesForMs: number): Peers {
  /** The longest silent first. */
  const peers = new Map<string, KnownPeer>();

  function forgetSilent(nowMs: number): void {
    for (const [publisher, { heardAtMs }] of peers) {
      if (nowMs - heardAtMs < livesForMs && peers.size <= MAX_PEERS) return;
      peers.delete(publisher);
    }
  }

  return {
    heard(publisher, nowMs, name) {
      const known = peers.get(publisher);
      peers.delete(publisher);
      peers.set(publisher, { publisher, name: name ?? known?.name ?? publisher, heardAtMs: nowMs });
      forgetSilent(nowMs);
    },
    left: (publisher) => void peers.delete(publisher),
    live(nowMs) {
      forgetSilent(nowMs);
      return [...peers.values()];
    },
  };
}
