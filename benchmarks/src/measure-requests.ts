import type { CaseChild } from './case-child.ts';
import { BenchError } from './errors.ts';
import type { LoadGenerator, LoadReport } from './load/load-generator.ts';
import type { Sample } from './sample.ts';
import type { HttpCase, HttpTopic } from './topic.ts';

/**
 * Puts load on an HTTP case for one slice.
 *
 * @throws BenchError where anything but the right answers was measured: failures, other bodies, a hit's handler running.
 */
export async function measureRequests(
  child: CaseChild,
  topic: HttpTopic,
  benchCase: HttpCase,
  generator: LoadGenerator,
  seconds: number,
): Promise<Sample> {
  const before = await child.ask({ ask: 'usage' });
  const { connections, urls = 'same' } = topic;
  const load = await generator.run({ url: `${child.url}${topic.path}`, connections, seconds, urls });
  const after = await child.ask({ ask: 'usage' });

  refuseFailures(child.name, load, topic.body.byteLength);
  const runs = after.runs - before.runs;
  if (benchCase.answeredBy === 'cache' && runs > 0) throw BenchError.missesMeasured(child.name, runs);
  if (benchCase.answeredBy === 'handler' && runs < load.requests) {
    throw BenchError.hitsMeasured(child.name, load.requests, runs);
  }

  const cpuMicros = after.cpuMicros - before.cpuMicros;
  return {
    perSecond: load.requests / load.seconds,
    cpuMicros: cpuMicros / load.requests,
    busy: cpuMicros / 1000 / (after.atMs - before.atMs),
    latencyMs: load.latencyMs,
  };
}

/**
 * Asks three times and holds the answers against the topic's body. The first fills the cache, the second may have waited
 * for it, and the third is what is measured afterwards.
 */
export async function verifyAnswers(child: CaseChild, topic: HttpTopic, { cacheStatus }: HttpCase): Promise<void> {
  const url = `${child.url}${topic.path}`;
  let said = '';
  for (let asked = 0; asked < 3; asked += 1) {
    const response = await fetch(url);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) throw BenchError.wrongAnswer(child.name, url, `${response.status}`);
    if (!body.equals(topic.body)) throw BenchError.wrongAnswer(child.name, url, `another body of ${body.length} bytes`);
    said = String(response.headers.get('cache-status'));
  }
  if (cacheStatus && !cacheStatus.test(said)) throw BenchError.wrongAnswer(child.name, url, `Cache-Status: ${said}`);
}

function refuseFailures(name: string, load: LoadReport, bodyBytes: number): void {
  if (load.failures > 0) {
    throw BenchError.loadFailed(name, `${load.failures} of ${load.requests} requests failed`);
  }
  // wrk takes a redirect or an empty 304 for a success; fewer bytes than bodies give it away.
  if (load.requests === 0 || load.bytes < load.requests * bodyBytes) {
    throw BenchError.loadFailed(name, `${load.requests} requests brought only ${load.bytes} bytes`);
  }
}
