import type { HttpCase, Topic } from './topic.ts';

/** The topic without the cases that cannot be measured on this machine, each of which is reported. */
export async function withPresentCases(topic: Topic, report: (left: string) => void): Promise<Topic> {
  if (topic.measures !== 'requests') return topic;
  const cases: HttpCase[] = [];
  for (const benchCase of topic.cases) {
    const missing = await benchCase.missing?.();
    if (missing === undefined) cases.push(benchCase);
    else report(`${benchCase.name} is left out: ${missing}`);
  }
  return { ...topic, cases };
}
