import { RedisUnavailableError } from '@breakwater/core/redis';
import type { Cluster, Redis } from 'ioredis';
import type { Circuit } from './circuit.ts';
import { PooledCommand } from './pooled-command.ts';

/** A node as a Cluster's table of slots names it. */
export function addressOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}

/**
 * Lets commands through to each node of a Cluster as its circuit says, and tells them whose it is. It is done to ioredis's
 * client of the node, where all ways there meet: the table of slots, MOVED, ASK, a replica for a read, any node for what
 * has no key.
 *
 * @param onRefused is told after every command that was not let through.
 */
export function guardNodes(cluster: Cluster, circuitOf: (address: string) => Circuit, onRefused: () => void): void {
  cluster.on('+node', (node: Redis) => {
    const address = addressOf(node);
    const send = node.sendCommand.bind(node);
    node.sendCommand = (command, stream) => {
      if (!(command instanceof PooledCommand)) return send(command, stream);
      const circuit = circuitOf(address);
      if (circuit.isClosed()) {
        command.circuit = circuit;
        // Of the node before, where it was answered MOVED or ASK.
        command.socket = undefined;
        return send(command, stream);
      }
      const other = standIn(command, node);
      if (other) return other.sendCommand(command, stream);
      command.reject(new RedisUnavailableError(`the circuit of ${address} is open: ${circuit.control.reason}`));
      onRefused();
      return command.promise;
    };
  });

  /** What has no key can go to any master, and a read that was for a replica to whoever else has the slot. */
  function standIn(command: PooledCommand, node: Redis): Redis | undefined {
    const slot = command.getSlot();
    if (slot !== null && !node.options.readOnly) return undefined;
    const able = slot === null ? cluster.nodes('master') : cluster.nodes().filter(serves(slot));
    return able.find((other) => circuitOf(addressOf(other)).isClosed());
  }

  function serves(slot: number): (node: Redis) => boolean {
    const addresses = cluster.slots[slot] ?? [];
    return (node) => addresses.includes(addressOf(node));
  }
}
