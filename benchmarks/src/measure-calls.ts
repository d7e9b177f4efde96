import type { CaseChild } from './case-child.ts';
import type { Sample } from './sample.ts';

export async function measureCalls(child: CaseChild, seconds: number): Promise<Sample> {
  const before = await child.ask({ ask: 'usage' });
  const after = await child.ask({ ask: 'call', ms: seconds * 1000 });
  const { latencyMs, loopDelayMs } = after.timed ?? {};
  const calls = after.runs - before.runs;
  const elapsedMs = after.atMs - before.atMs;
  const cpuMicros = after.cpuMicros - before.cpuMicros;
  return {
    perSecond: (calls / elapsedMs) * 1000,
    cpuMicros: cpuMicros / calls,
    busy: cpuMicros / 1000 / elapsedMs,
    ...(latencyMs && { latencyMs, loopDelayMs }),
  };
}
