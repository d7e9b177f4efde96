import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Operation, SetOperation } from './history.ts';

/** What one process has done, on disk as soon as it is told: a process that is killed has still said it. */
export interface Journal {
  /** To be told before: a value of a killed process may arrive, though nobody has said that it did. */
  begin(set: Omit<SetOperation, 'endMs'>): void;
  add(operation: Operation): void;
  close(): void;
}

/** Until when what a killed process had begun may still arrive: the network is late, and Redis is paused. */
const IN_FLIGHT_MS = 1000;

export function openJournal(path: string): Journal {
  const file = openSync(path, 'a');
  const write = (operation: Operation) => void writeSync(file, `${JSON.stringify(operation)}\n`);
  return {
    begin: (set) => write({ ...set, endMs: set.startMs + IN_FLIGHT_MS }),
    add: write,
    close: () => closeSync(file),
  };
}

/** Each once: what was begun and came to its end only as that. */
export function readJournal(path: string): Operation[] {
  // The last line of a killed process may be torn.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const operations: Operation[] = [];
  const sets = new Map<string, SetOperation>();
  for (const line of lines) {
    const operation: Operation = JSON.parse(line);
    if (operation.does === 'set') sets.set(`${operation.version} of ${operation.key}`, operation);
    else operations.push(operation);
  }
  return [...operations, ...sets.values()];
}
