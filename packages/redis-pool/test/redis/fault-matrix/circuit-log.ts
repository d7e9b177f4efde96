import type { RedisPool } from '../../../src/index.ts';

/** How often a pool's circuit was seen in its states. */
export interface CircuitLog {
  readonly opened: number;
  readonly halfOpened: number;
  readonly closed: number;
}

export function logCircuit(pool: RedisPool): CircuitLog {
  const log = { opened: 0, halfOpened: 0, closed: 0 };
  pool.on('circuit:opened', () => {
    log.opened += 1;
  });
  pool.on('circuit:half-opened', () => {
    log.halfOpened += 1;
  });
  pool.on('circuit:closed', () => {
    log.closed += 1;
  });
  return log;
}
