// The process of one case: started by start-case.ts as `case-process.ts <topic> <case>`, spoken to in case-messages.ts.
// A process each keeps one case's garbage, compiled code and load off the others.
import { callUntil } from './call-loop.ts';
import type { Question, Usage } from './case-messages.ts';
import type { RunCount } from './topic.ts';
import { topics } from './topics.ts';

const count: RunCount = { runs: 0 };

interface Subject {
  readonly url?: string;
  call?(ms: number): Promise<number>;
}

async function prepareSubject(topicName: string | undefined, caseName: string | undefined): Promise<Subject> {
  const topic = topics.find(({ name }) => name === topicName);
  if (topic?.measures === 'requests') {
    const found = topic.cases.find(({ name }) => name === caseName);
    if (found) return { url: await found.serve(count) };
  }
  if (topic?.measures === 'calls') {
    const call = await topic.cases.find(({ name }) => name === caseName)?.prepare();
    if (call) return { call: (ms) => callUntil(performance.now() + ms, call, topic.concurrency) };
  }
  throw new RangeError(`There is no case ${caseName} in a topic ${topicName}.`);
}

async function answer(question: Question): Promise<void> {
  if (question.ask === 'settle') globalThis.gc?.();
  if (question.ask === 'call') count.runs += (await subject.call?.(question.ms)) ?? 0;
  sendUsage();
}

function sendUsage(): void {
  const { user, system } = process.cpuUsage();
  const usage: Usage = { url: subject.url, atMs: performance.now(), cpuMicros: user + system, runs: count.runs };
  process.send?.(usage);
}

const subject = await prepareSubject(process.argv[2], process.argv[3]);
process.on('message', (question: Question) => void answer(question));
// The bench is gone, however it went: nobody will ask again.
process.on('disconnect', () => process.exit());
sendUsage();
