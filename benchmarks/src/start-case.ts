import { type CaseChild, startCaseChild } from './case-child.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import { measureCalls } from './measure-calls.ts';
import { measureRequests, verifyAnswers } from './measure-requests.ts';
import type { Startable } from './rounds.ts';
import type { RunningCase } from './sample.ts';
import type { HttpCase, HttpTopic, Topic } from './topic.ts';

/** A topic's cases, ready for the schedule. */
export function startablesOf(topic: Topic, generator: LoadGenerator, redisUrl?: string): readonly Startable[] {
  if (topic.measures === 'requests') {
    return topic.cases.map((benchCase) => ({
      name: benchCase.name,
      start: () => startServer(topic, benchCase, generator, redisUrl),
    }));
  }
  return topic.cases.map(({ name }) => ({ name, start: () => startCalls(topic.name, name, redisUrl) }));
}

async function startServer(
  topic: HttpTopic,
  benchCase: HttpCase,
  generator: LoadGenerator,
  redisUrl?: string,
): Promise<RunningCase> {
  const child = await startCaseChild(topic.name, benchCase.name, redisUrl);
  try {
    await verifyAnswers(child, topic, benchCase);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    settle: () => settle(child),
    measure: (seconds) => measureRequests(child, topic, benchCase, generator, seconds),
    stop: () => child.stop(),
  };
}

async function startCalls(topicName: string, caseName: string, redisUrl?: string): Promise<RunningCase> {
  const child = await startCaseChild(topicName, caseName, redisUrl);
  return {
    settle: () => settle(child),
    measure: (seconds) => measureCalls(child, seconds),
    stop: () => child.stop(),
  };
}

/** Both processes: autocannon's garbage is this process's. */
async function settle(child: CaseChild): Promise<void> {
  await child.ask({ ask: 'settle' });
  globalThis.gc?.();
}
