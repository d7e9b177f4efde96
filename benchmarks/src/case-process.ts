// The process of one case: started by start-case.ts as `case-process.ts <topic> <case> <Redis URL>`, spoken to in case-messages.ts.
// A process each keeps one case's garbage, compiled code and load off the others.
import { callUntil } from './call-loop.ts';
import type { Question, TimedFigures, Usage } from './case-messages.ts';
import { timeCalls } from './timed-calls.ts';
import type { RunCount } from './topic.ts';
import { topics } from './topics.ts';

const count: RunCount = { runs: 0 };

interface Subject {
  readonly url?: string;
  call?(ms: number): Promise<{ readonly calls: number; readonly timed?: TimedFigures }>;
}

async function prepareSubject(topicName = '', caseName = '', redisUrl = ''): Promise<Subject> {
  const topic = topics.find(({ name }) => name === topicName);
  if (topic?.measures === 'requests') {
    const found = topic.cases.find(({ name }) => name === caseName);
    if (found) return { url: await found.serve(count, redisUrl) };
  }
  if (topic?.measures === 'calls') {
    const call = await topic.cases.find(({ name }) => name === caseName)?.prepare(redisUrl);
    if (call) {
      return { call: async (ms) => ({ calls: await callUntil(performance.now() + ms, call, topic.concurrency) }) };
    }
  }
  if (topic?.measures === 'timed-calls') {
    const subject = await topic.cases.find(({ name }) => name === caseName)?.prepare(redisUrl);
    if (subject) return { call: (ms) => timeCalls(subject, topic.load, ms) };
  }
  throw new RangeError(`There is no case ${caseName} in a topic ${topicName}.`);
}

async function answer(question: Question): Promise<void> {
  if (question.ask === 'settle') globalThis.gc?.();
  if (question.ask !== 'call' || !subject.call) return sendUsage();
  const { calls, timed } = await subject.call(question.ms);
  count.runs += calls;
  sendUsage(timed);
}

function sendUsage(timed?: TimedFigures): void {
  const { user, system } = process.cpuUsage();
  const cpuMicros = user + system + (count.othersCpuMicros?.() ?? 0);
  const usage: Usage = { url: subject.url, atMs: performance.now(), cpuMicros, runs: count.runs, timed };
  process.send?.(usage);
}

const subject = await prepareSubject(...process.argv.slice(2));
process.on('message', (question: Question) => void answer(question));
// The bench is gone, however it went: nobody will ask again.
process.on('disconnect', () => process.exit());
sendUsage();
