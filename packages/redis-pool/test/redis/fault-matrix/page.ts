import type { Fault } from './fault.ts';
import { DEADLINE_MS, type Finding } from './measure-fault.ts';

const COLUMNS = [
  'Fault',
  'How it was made',
  'What commands failed with',
  'Settled; worst after the deadline',
  'Circuit',
  'Recovery',
  'Executed twice',
];

/** `docs/fault-matrix.md`. */
export function pageOf(faults: readonly Fault[], findings: ReadonlyMap<Fault, Finding>): string {
  const rows = faults.flatMap((fault) => {
    const finding = findings.get(fault);
    return finding ? [cellsOf(fault, finding)] : [];
  });
  const table = [COLUMNS, COLUMNS.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${INTRODUCTION}\n${table.join('\n')}\n${NOTES}`;
}

/** The faults that a page's table has, in its order. */
export function faultsIn(page: string): readonly string[] {
  const lines = page.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.split('|')[1]?.trim() ?? '');
}

function cellsOf(fault: Fault, finding: Finding): readonly string[] {
  const { commands, failures, neverSettled, worstOverrunMs, executed, executedTwice } = finding;
  return [
    fault.name,
    fault.how,
    failures.map((way) => `\`${way}\``).join(', ') || 'none failed',
    `${commands - neverSettled} of ${commands}; ${Math.ceil(worstOverrunMs)} ms`,
    circuitText(finding.circuit),
    recoveryText(finding),
    `${executedTwice.length} of ${executed}`,
  ];
}

function circuitText({ opened, halfOpened, state }: Finding['circuit']): string {
  return opened === 0 ? 'stayed closed' : `open ${opened}×, half-open ${halfOpened}×, then ${state}`;
}

function recoveryText({ recoveryMs, failures }: Finding): string {
  if (failures.length === 0) return 'not needed';
  return recoveryMs === 0 ? 'at once' : `${(recoveryMs / 1000).toFixed(1)} s`;
}

const INTRODUCTION = `# Fault matrix

What the pool of [\`@breakwater/redis-pool\`](./redis-pool.md) makes of a Redis or a network that fails. This page is written by
[its test](../packages/redis-pool/test/redis/fault-matrix.test.ts), which breaks real \`redis-server\` processes, and which runs in every
check:

\`\`\`
UPDATE_DOCS=1 pnpm vitest run packages/redis-pool/test/redis/fault-matrix.test.ts
\`\`\`

In every row 300 operations a second go through one pool with a deadline of ${DEADLINE_MS} ms while the fault lasts: a third reads and
\`SET\`s, a third \`RPUSH\` of an id of its own, a third a script that does the same.
`;

const NOTES = `
- **Settled; worst after the deadline**: how many commands have ended, of how many; and the most that any took beyond its
  deadline. The test fails above 50 ms. Rows run side by side in one process on a small machine: what the test process
  itself was blocked between a command's deadline and its end (gaps of more than 5 ms in a 1 ms ticker) is subtracted.
- **Circuit**: the states seen, and how often; those of a Cluster's nodes together. The test fails where it opens or stays closed against
  what the fault is; a row in which the test process was blocked for more than 150 ms of a command's time may open it.
- **Recovery**: from the end of the fault to the last command that failed. For the failovers, which nobody ends, from their
  beginning. The test fails above 10 s.
- **Executed twice**: ids that lie twice in their list, of all that were executed. The test fails above none.
- No row has an unhandled rejection, or a failure before its fault. Everything Redis has confirmed is there afterwards,
  except after a failover: Redis replicates asynchronously.
`;
