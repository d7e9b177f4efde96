import { RedisUnavailableError } from '@breakwater/core/redis';
import type { Cluster, Redis } from 'ioredis';
import type { Circuit } from './circuit.ts';
import { PooledCommand } from './pooled-command.ts';

/** So often at most a Cluster is asked who serves what on behalf of commands that are refused. */
const REDISCOVER_MS = 1000;

/** A node as a Cluster's table of slots names it. */
export function addressOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}

/**
 * Lets commands through to each node of a Cluster as its circuit says, and tells them whose it is. It is done to ioredis's
 * client of the node, where all ways there meet: the table of slots, MOVED, ASK, a replica for a read, any node for what
 * has no key.
 */
export function guardNodes(cluster: Cluster, circuitOf: (address: string) => Circuit): void {
  let askedAt = Number.NEGATIVE_INFINITY;

  /** Another node may have taken the slots over; nobody answers MOVED while no command is sent. */
  function rediscover(): void {
    const now = performance.now();
    if (now - askedAt < REDISCOVER_MS) return;
    askedAt = now;
    cluster.refreshSlotsCache();
  }

  cluster.on('+node', (node: Redis) => {
    const address = addressOf(node);
    const send = node.sendCommand.bind(node);
    node.sendCommand = (command, stream) => {
      if (!(command instanceof PooledCommand)) return send(command, stream);
      const circuit = circuitOf(address);
      if (circuit.isClosed) {
        command.circuit = circuit;
        // Of the node before, where it was answered MOVED or ASK.
        command.socket = undefined;
        return send(command, stream);
      }
      const other = standIn(command, node);
      if (other) return other.sendCommand(command, stream);
      rediscover();
      command.reject(new RedisUnavailableError(`the circuit of ${address} is open: ${circuit.control.reason}`));
      return command.promise;
    };
  });

  /** What has no key can go to any master, and a read that was for a replica to whoever else has the slot. */
  function standIn(command: PooledCommand, node: Redis): Redis | undefined {
    const slot = command.getSlot();
    if (slot !== null && !node.options.readOnly) return undefined;
    const able = slot === null ? cluster.nodes('master') : cluster.nodes().filter(serves(slot));
    return able.find((other) => circuitOf(addressOf(other)).isClosed);
  }

  function serves(slot: number): (node: Redis) => boolean {
    const addresses = cluster.slots[slot] ?? [];
    return (node) => addresses.includes(addressOf(node));
  }
}
