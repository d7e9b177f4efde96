export type Command =
  | { readonly do: 'list' }
  | { readonly do: 'run'; readonly topic: string; readonly quick: boolean; readonly check: boolean }
  | { readonly do: 'refuse'; readonly message: string };

const FLAGS = ['--quick', '--check'];

/** What the words after `pnpm bench` ask for. */
export function parseArguments(words: readonly string[], topics: readonly string[]): Command {
  const given = words.filter((word) => word !== '--');
  const flags = given.filter((word) => word.startsWith('-'));
  const [topic, second] = given.filter((word) => !word.startsWith('-'));

  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined) return refuse(`Unknown flag ${unknown}. Flags: ${FLAGS.join(', ')}.`);
  if (second !== undefined) return refuse(`One topic at a time, got ${topic} and ${second}.`);
  if (topic === undefined) {
    return flags.length === 0 ? { do: 'list' } : refuse(`Which topic? Topics: ${topics.join(', ')}.`);
  }
  if (!topics.some((name) => isAskedFor(name, topic)))
    return refuse(`Unknown topic ${topic}. Topics: ${topics.join(', ')}.`);
  return { do: 'run', topic, quick: flags.includes('--quick'), check: flags.includes('--check') };
}

/** Whether `asked` names the topic, or the group it is a part of. */
export function isAskedFor(topic: string, asked: string): boolean {
  return topic === asked || topic.startsWith(`${asked}/`);
}

function refuse(message: string): Command {
  return { do: 'refuse', message };
}
