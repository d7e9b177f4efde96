/** How each of some commands ended: `ok`, or the code of its error. */
export async function outcomesOf(commands: Iterable<Promise<unknown>>): Promise<string[]> {
  const settled = await Promise.allSettled(commands);
  return settled.map((one) => (one.status === 'fulfilled' ? 'ok' : (one.reason.code ?? one.reason.message)));
}

/** Runs `command` so many times, each when the one before has ended. */
export async function inSequence(times: number, command: () => Promise<unknown>): Promise<string[]> {
  const outcomes: string[] = [];
  for (let n = 0; n < times; n += 1) outcomes.push(...(await outcomesOf([command()])));
  return outcomes;
}
