import { isAskedFor, parseArguments } from './arguments.ts';
import { startBenchRedis } from './bench-redis.ts';
import { BenchError } from './errors.ts';
import { chooseLoadGenerator } from './load/choose-load-generator.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import { loadAverage, machineFacts } from './machine.ts';
import { withPresentCases } from './present-cases.ts';
import { listTopics, printResult } from './print.ts';
import { type Result, writeResult } from './result.ts';
import { runRounds } from './rounds.ts';
import type { Plan } from './sample.ts';
import { startablesOf } from './start-case.ts';
import { judge, summarise, type Verdict } from './summary.ts';
import type { Topic } from './topic.ts';
import { topics } from './topics.ts';

/** Many short rounds rather than few long ones: a ratio is only as paired as its round is short. Odd, so that the median was measured. */
const FULL: Plan = { rounds: 15, sliceSeconds: 2, warmUpSeconds: 3 };
/** To see that a change did no great harm; too short to quote. */
const QUICK: Plan = { rounds: 3, sliceSeconds: 1, warmUpSeconds: 1 };

async function run(topic: Topic, plan: Plan): Promise<Result> {
  if (!globalThis.gc) throw BenchError.noGarbageCollector();
  const generator = chooseLoadGenerator();
  const before = loadAverage();
  const redis = topic.needsRedis ? await startBenchRedis() : undefined;
  const measured = await runRounds(startablesOf(topic, generator, redis?.url), plan, (progress) =>
    console.error(progress),
  ).finally(() => redis?.stop());
  const { name, question, reference, cases, thresholds } = topic;
  return {
    topic: name,
    question,
    reference,
    measuredAt: new Date().toISOString(),
    machine: machineFacts(),
    loadAverage: { before, after: loadAverage() },
    load: [loadOf(topic, generator), redis?.name].filter(Boolean).join(' · '),
    plan,
    cases: summarise(measured, reference).map((summary, place) => ({ about: cases[place]?.about ?? '', ...summary })),
    verdicts: judge(measured, thresholds),
  };
}

function loadOf(topic: Topic, generator: LoadGenerator): string {
  switch (topic.measures) {
    case 'requests':
      return `${generator.name}, ${topic.connections} connections, ${topic.body.byteLength} byte body`;
    case 'calls':
      return `${topic.concurrency} calls at a time`;
    case 'timed-calls':
      return 'concurrency' in topic.load
        ? `${topic.load.concurrency} calls at a time`
        : `${topic.load.callsPerSecond} calls/s offered`;
  }
}

/** @returns the exit code: 0 measured, 1 a threshold missed or no honest number, 2 not understood. */
async function main(words: readonly string[]): Promise<number> {
  const names = topics.map(({ name }) => name);
  const command = parseArguments(words, names);
  if (command.do === 'refuse') {
    console.error(command.message);
    return 2;
  }
  if (command.do === 'list') {
    console.log(listTopics(topics));
    return 0;
  }
  const missed: Verdict[] = [];
  for (const topic of topics.filter(({ name }) => isAskedFor(name, command.topic))) {
    const present = await withPresentCases(topic, (left) => console.error(left));
    const result = await run(present, command.quick ? QUICK : FULL);
    console.log(printResult(result));
    console.log(`\nWritten to ${writeResult(result, command.quick)}\n`);
    missed.push(...result.verdicts.filter(({ met }) => !met));
  }
  return command.check && missed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof BenchError ? error.message : error);
  process.exitCode = 1;
}
