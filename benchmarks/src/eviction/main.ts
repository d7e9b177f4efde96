// Hit ratios and times of ways to choose what leaves a full cache, on the same traces, in turns:
// node --expose-gc benchmarks/src/eviction/main.ts
import { spreadOf } from '../statistics.ts';
import { POLICIES } from './policies.ts';
import { createTraces, type Trace } from './traces.ts';

const CAPACITY = 10_000;
const ROUNDS = 5;

function run(name: string, { keys }: Trace): { readonly hitRatio: number; readonly nanoseconds: number } {
  const subject = POLICIES[name]?.(CAPACITY);
  if (!subject) throw new RangeError(`There is no policy ${name}.`);
  globalThis.gc?.();
  const before = process.cpuUsage();
  let hits = 0;
  for (const key of keys) if (subject.ask(key)) hits += 1;
  const { user, system } = process.cpuUsage(before);
  return { hitRatio: hits / keys.length, nanoseconds: ((user + system) * 1000) / keys.length };
}

for (const trace of createTraces()) {
  console.log(`${trace.name}: ${trace.keys.length} reads, room for ${CAPACITY}`);
  const rounds = Array.from({ length: ROUNDS }, () =>
    Object.keys(POLICIES).map((name) => ({ name, ...run(name, trace) })),
  );
  for (const name of Object.keys(POLICIES)) {
    const measured = rounds.flatMap((round) => round.filter((one) => one.name === name));
    const { median, min, max } = spreadOf(measured.map(({ nanoseconds }) => nanoseconds));
    const hitRatio = ((measured[0]?.hitRatio ?? 0) * 100).toFixed(1);
    console.log(
      `  ${name.padEnd(10)} ${hitRatio.padStart(5)} % hits  ${median.toFixed(0)} [${min.toFixed(0)}..${max.toFixed(0)}] ns of CPU a read`,
    );
  }
}
