import { type Weighted, weightedChoices } from './weighted.ts';

/** A request header, lower case, and the values of it that the application tells apart. */
export interface Offer {
  readonly name: string;
  readonly values: readonly string[];
}

/** How much a client likes one of the values offered; 0: not at all, `undefined`: it does not say. */
type Liking = (choices: readonly Weighted[], offered: string) => number | undefined;

const LIKINGS: Readonly<Record<string, Liking>> = {
  accept: mediaTypeLiking,
  'accept-encoding': plainLiking,
  'accept-language': languageLiking,
};

/**
 * The one of the values offered that suits a request's header best; of equals, the one offered first: RFC 9110 §12.5 gives
 * the order in which a client lists them no meaning. `undefined`: none of them, so that the application's own default is.
 */
export function bestOffered(name: string, field: string, offered: readonly string[]): string | undefined {
  const liking = LIKINGS[name];
  if (!liking) return offered.includes(field) ? field : undefined;
  const choices = weightedChoices(field);
  let best: string | undefined;
  let most = 0;
  for (const value of offered) {
    const weight = liking(choices, value.toLowerCase()) ?? 0;
    if (weight > most) {
      best = value;
      most = weight;
    }
  }
  // No field would mean that any coding will do.
  return best ?? (name === 'accept-encoding' ? 'identity' : undefined);
}

function weightOf(choices: readonly Weighted[], value: string): number | undefined {
  return choices.find((choice) => choice.value === value)?.weight;
}

function plainLiking(choices: readonly Weighted[], offered: string): number | undefined {
  return weightOf(choices, offered) ?? weightOf(choices, '*');
}

/** RFC 9110 §12.5.1: the most specific range that a type is in counts. */
function mediaTypeLiking(choices: readonly Weighted[], offered: string): number | undefined {
  const type = offered.replace(/;.*$/, '');
  const ranges = [offered, type, `${type.replace(/\/.*$/, '')}/*`, '*/*'];
  return ranges.map((range) => weightOf(choices, range)).find((weight) => weight !== undefined);
}

/**
 * RFC 4647 §3.4: a range that is longer is cut from its end until it is what is offered (`de-AT` takes `de`); and §3.3.1, one
 * that is shorter takes in what begins with it (`de` takes `de-AT`). What is refused by its own name is refused.
 */
function languageLiking(choices: readonly Weighted[], offered: string): number | undefined {
  if (weightOf(choices, offered) === 0) return 0;
  const near = choices.filter(({ value }) => isPrefix(value, offered) || isPrefix(offered, value));
  return near.length > 0 ? Math.max(...near.map(({ weight }) => weight)) : weightOf(choices, '*');
}

function isPrefix(tag: string, longer: string): boolean {
  return longer === tag || longer.startsWith(`${tag}-`);
}
