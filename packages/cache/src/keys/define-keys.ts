import { checks, keyError } from '../errors.ts';
import { isWellFormed } from '../input.ts';

/** The names between braces in a template: `'user:{userId}:{resource}'` has `userId` and `resource`. */
export type KeyParts<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | KeyParts<Rest>
  : never;

/** Builds the keys of one type. */
export interface KeyBuilder<Part extends string> {
  /** @throws CacheInputError `ERR_CACHE_KEY` for a part that is absent, empty or ill-formed text, or no finite number. */
  (...parts: [Part] extends [never] ? [] : [KeyPartValues<Part>]): string;
  /** The parts a key of this type was made from, as texts; `undefined` for another key. */
  parse(key: string): { readonly [Name in Part]: string } | undefined;
  /** For `invalidate({ pattern })`: absent parts are wild. What is given stands for itself, whatever is in it. */
  pattern(parts?: Partial<KeyPartValues<Part>>): string;
}

/** What a part of a key may be; numbers are written as JavaScript writes them. */
export type KeyPartValues<Part extends string> = { readonly [Name in Part]: string | number };

/** What all keys of one `defineKeys` have in common. */
export interface DefineKeysOptions {
  /**
   * The first part of every key, as `v2`: raise it when what is stored under them changes its shape.
   * @default none
   */
  readonly version?: number;
}

/**
 * Builders for typed keys, by name: `defineKeys({ price: 'stock_price:{ticker}:latest' }).price({ ticker: '7203' })`.
 * Parts are escaped, so that different parts never make the same key, and templates that could are refused.
 *
 * @throws OptionError `ERR_CACHE_OPTION`.
 */
export function defineKeys<const Templates extends Readonly<Record<string, string>>>(
  templates: Templates,
  options: DefineKeysOptions = {},
): { readonly [Name in keyof Templates]: KeyBuilder<KeyParts<Templates[Name]>> } {
  checks.known('options', options, ['version']);
  if (templates === null || typeof templates !== 'object' || Array.isArray(templates)) {
    throw checks.failure('keys', 'an object of templates by name', templates);
  }
  const version = options.version === undefined ? [] : [`v${checks.integer('version', options.version)}`];
  const shapes = Object.entries(templates).map(([name, template]): [string, Shape] => [name, shapeOf(name, template)]);
  refuseAmbiguous(templates, shapes);
  const builders = shapes.map(([name, shape]) => [name, createBuilder([...version, ...shape])]);
  return Object.freeze(Object.fromEntries(builders));
}

/** Literal text, or the name of a part. */
type Segment = string | { readonly part: string };
type Shape = readonly Segment[];

function shapeOf(name: string, template: unknown): Shape {
  const rule = "segments between colons, each '{part}' or letters, digits, '_', '-' and '.', each part once";
  if (typeof template !== 'string') throw checks.failure(`keys.${name}`, rule, template);
  const shape = template.split(':').map((segment): Segment => {
    const [, part] = /^\{([A-Za-z_]\w*)\}$/.exec(segment) ?? [];
    if (part !== undefined) return { part };
    if (/^[\w.-]+$/.test(segment)) return segment;
    throw checks.failure(`keys.${name}`, rule, template);
  });
  const parts = partsOf(shape);
  if (new Set(parts).size !== parts.length) throw checks.failure(`keys.${name}`, rule, template);
  return shape;
}

function partsOf(shape: Shape): string[] {
  return shape.flatMap((segment) => (typeof segment === 'string' ? [] : [segment.part]));
}

function refuseAmbiguous(
  templates: Readonly<Record<string, string>>,
  shapes: readonly (readonly [string, Shape])[],
): void {
  for (const [index, [name, shape]] of shapes.entries()) {
    const twin = shapes.slice(index + 1).find(([, other]) => canMakeTheSameKey(shape, other));
    if (!twin) continue;
    const [taken] = twin;
    throw checks.failure(`keys.${taken}`, `a template whose keys cannot be those of keys.${name}`, templates[taken]);
  }
}

function canMakeTheSameKey(one: Shape, other: Shape): boolean {
  if (one.length !== other.length) return false;
  return one.every((segment, index) => {
    const facing = other[index];
    return typeof segment !== 'string' || typeof facing !== 'string' || segment === facing;
  });
}

function createBuilder(shape: Shape): KeyBuilder<string> {
  function parse(key: string): Record<string, string> | undefined {
    const texts = typeof key === 'string' ? key.split(':') : [];
    if (texts.length !== shape.length) return undefined;
    const parts: [string, string][] = [];
    for (const [index, segment] of shape.entries()) {
      const value = readSegment(segment, texts[index] ?? '');
      if (value === undefined) return undefined;
      if (typeof segment !== 'string') parts.push([segment.part, value]);
    }
    return Object.fromEntries(parts);
  }

  function build(parts: Readonly<Record<string, string | number>>): string {
    return join(shape, (name) => textOf(name, parts?.[name]));
  }

  function pattern(parts: Readonly<Record<string, string | number | undefined>> = {}): string {
    return join(shape, (name) => (parts?.[name] === undefined ? '*' : textOf(name, parts[name])));
  }

  return Object.freeze(Object.assign(build, { parse, pattern }));
}

/** Only what a builder writes is a key of its type: `%41` is not how it writes `A`. */
function readSegment(segment: Segment, text: string): string | undefined {
  if (typeof segment === 'string') return text === segment ? text : undefined;
  const value = unescapePart(text);
  return value !== undefined && escapePart(value) === text ? value : undefined;
}

function join(shape: Shape, textOfPart: (name: string) => string): string {
  let key = '';
  for (const segment of shape) {
    const text = typeof segment === 'string' ? segment : textOfPart(segment.part);
    key = key === '' ? text : `${key}:${text}`;
  }
  return key;
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && value !== '' && isWellFormed(value)) return escapePart(value);
  throw keyError(`made of texts that are not empty and finite numbers; its part ${name} is not`, value);
}

/** A colon would shift the parts behind it, `*` and `?` would be wild in a pattern, and keys have no control characters. */
const ESCAPED = /[%:*?\p{Cc}]/gu;

function escapePart(text: string): string {
  return text.replace(ESCAPED, (character) => `%${hexOf(character)}`);
}

/** Two digits for ASCII; the few control characters beyond it are two bytes of UTF-8, as `decodeURIComponent` reads them. */
function hexOf(character: string): string {
  return Buffer.from(character)
    .toString('hex')
    .toUpperCase()
    .replace(/^(..)(..)$/, '$1%$2');
}

function unescapePart(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
