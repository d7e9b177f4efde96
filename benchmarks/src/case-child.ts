import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Question, Usage } from './case-messages.ts';
import { BenchError } from './errors.ts';

const CASE_PROCESS = fileURLToPath(new URL('case-process.ts', import.meta.url));

/** The process of one case, ready to be asked, one question at a time. */
export interface CaseChild {
  readonly name: string;
  /** Where an HTTP case listens. */
  readonly url?: string;
  ask(question: Question): Promise<Usage>;
  stop(): Promise<void>;
}

/** Starts a case in a process of its own, with this process's Node flags. */
export async function startCaseChild(topicName: string, name: string, redisUrl = ''): Promise<CaseChild> {
  const child = fork(CASE_PROCESS, [topicName, name, redisUrl], {
    // As users deploy: apicache, for one, adds headers to every hit elsewhere.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { url } = await nextUsage(child, name);
  return {
    name,
    url,
    async ask(question) {
      child.send(question);
      return nextUsage(child, name);
    },
    async stop() {
      if (!child.connected) return;
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

/** The child's next message, or the news that it ended instead. */
async function nextUsage(child: ChildProcess, name: string): Promise<Usage> {
  const settled = new AbortController();
  const message = once(child, 'message', settled).then(([usage]) => usage as Usage);
  const end = once(child, 'exit', settled).then(([exitCode]) => {
    throw BenchError.caseEnded(name, exitCode);
  });
  try {
    return await Promise.race([message, end]);
  } finally {
    settled.abort();
  }
}
