import { readFileSync } from 'node:fs';

/**
 * Begins to watch what the hypervisor gives to other machines while this one wants it.
 *
 * @returns what to ask for its share of all cores' time since then, 0 to 1; 0 where the system does not tell.
 */
export function watchStolenTime(readTimes: () => readonly number[] = readCoreTimes): () => number {
  const before = readTimes();
  return () => {
    const spent = readTimes().map((ticks, place) => ticks - (before[place] ?? 0));
    const total = spent.reduce((sum, ticks) => sum + ticks, 0);
    return total > 0 ? (spent[STEAL] ?? 0) / total : 0;
  };
}

/** Where it stands among user, nice, system, idle, iowait, irq, softirq and steal, the times of `/proc/stat`. */
const STEAL = 7;

/** Of all cores together since the start, in ticks. What guests were given is in them already. */
function readCoreTimes(): readonly number[] {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    return line
      .split(/\s+/)
      .slice(1, STEAL + 2)
      .map(Number);
  } catch {
    return [];
  }
}
