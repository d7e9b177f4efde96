/** A small, strict reader of Prometheus's text format 0.0.4. */
export interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  readonly series: readonly Series[];
  /** The one series of that name with exactly these labels; fails when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
}

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i;
const LABEL = /([a-z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/giy;

export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const series: Series[] = [];
  for (const line of text.split('\n')) {
    const [mark, kind, name = ''] = line.split(' ', 3);
    if (line === '' || line === '# EOF') continue;
    if (mark !== '#') series.push(parseSeries(line));
    else if (kind === 'TYPE') types.set(name, line.slice(`# TYPE ${name} `.length));
    else if (kind === 'HELP') helps.set(name, line.slice(`# HELP ${name} `.length));
    else throw new Error(`Not a line of the exposition format: ${line}`);
  }
  return {
    types,
    helps,
    series,
    value(name, labels = {}) {
      const found = series.find((one) => one.name === name && sameLabels(one.labels, labels));
      if (!found) throw new Error(`No series ${name} with ${JSON.stringify(labels)}.`);
      return found.value;
    },
  };
}

function parseSeries(line: string): Series {
  const [, name = '', labelText = '', value = ''] = LINE.exec(line) ?? [];
  if (name === '') throw new Error(`Not a line of the exposition format: ${line}`);
  const pairs = [...labelText.matchAll(LABEL)];
  if (pairs.map(([pair]) => pair).join('') !== labelText) throw new Error(`Labels that do not parse: ${line}`);
  return { name, labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])), value: Number(value) };
}

function sameLabels(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}
