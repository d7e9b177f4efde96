import { readFileSync } from 'node:fs';

/**
 * The `@default` of every option that an interface declares, as its docstring writes it. One in prose ("none", "the
 * system's clock") is left out: there is no value to hold it against.
 */
export function documentedDefaults(file: URL, interfaceName: string): Record<string, string> {
  const documented = membersOf(file, interfaceName).matchAll(
    /@default (.+?)\s*(?:\n\s*)?\*\/\s*(?:readonly )?(\w+)\?/g,
  );
  return Object.fromEntries([...documented].flatMap(([, text = '', name]) => (isProse(text) ? [] : [[name, text]])));
}

/** The names of all options that an interface declares. */
export function optionNames(file: URL, interfaceName: string): string[] {
  const declared = membersOf(file, interfaceName).matchAll(/^ {2}readonly (\w+)\??:/gm);
  return [...declared].map(([, name = '']) => name);
}

/**
 * The options of the first table behind `above` in a page, by name: the default that the row writes as code, `''` for one in prose.
 */
export function tabledDefaults(page: URL, above: string): Record<string, string> {
  const [, behind = ''] = readFileSync(page, 'utf8').split(above);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(behind) ?? [];
  const rows = table.matchAll(/^\| `([^`]+)` +\| (.*?) +\|/gm);
  return Object.fromEntries([...rows].map(([, name = '', cell = '']) => [name, /^`([^`]*)`$/.exec(cell)?.[1] ?? '']));
}

/** Options' defaults as docstrings write them; what is no plain value is left out. */
export function asDocumented(defaults: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(defaults).flatMap(([name, value]) => {
      const text = literalOf(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function membersOf(file: URL, interfaceName: string): string {
  const [, body = ''] = readFileSync(file, 'utf8').split(new RegExp(`interface ${interfaceName}\\b[^{]*{`));
  const [members = ''] = body.split('\n}\n');
  return members;
}

function isProse(text: string): boolean {
  return !/^(?:['\d/[{-]|true$|false$|null$)/.test(text);
}

function literalOf(value: unknown): string | undefined {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number') return String(value).replace(/^\d{2,}(?=\d{3}$)/, '$&_');
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (value === null || typeof value === 'boolean' || value instanceof RegExp) return String(value);
  if (typeof value !== 'object' || Object.values(value).some((member) => typeof member === 'function'))
    return undefined;
  const members = Object.entries(value).map(([name, member]) => `${name}: ${literalOf(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
