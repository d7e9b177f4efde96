const LIST_OF_AGES =
  'RFC 9111 §5.1: of an Age that is a list, the first member counts and the others are discarded. The tests are of the time before it.';
const NO_ORIGIN =
  'The origin closes the connection, so the answer is the gateway’s own 502. The suite knows an answer of the origin by a header that only the origin sets, and takes any other for a stored one. No published cache passes either.';

/** Required tests that are not passed, each with its reason. One that passes must leave the list. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'age-parse-prefix-twoline': LIST_OF_AGES,
  'age-parse-dup-0': LIST_OF_AGES,
  'age-parse-dup-0-twoline': LIST_OF_AGES,
  'age-parse-dup-old': LIST_OF_AGES,
  'stale-close-must-revalidate': NO_ORIGIN,
  'stale-close-proxy-revalidate': NO_ORIGIN,
  'stale-close-no-cache': NO_ORIGIN,
  'stale-close-s-maxage=2': NO_ORIGIN,
};

/** Optimal tests that are not passed, each with its reason. */
export const NOT_OPTIMAL: Readonly<Record<string, string>> = {
  'method-POST': 'Responses to POST are not stored.',
  'vary-normalise-lang-order':
    'Frameworks answer `en, de` in English and `de, en` in German: the order is no matter of syntax to them.',
  'vary-normalise-lang-select': 'Which language a handler would choose is the handler’s to say.',
  'conditional-lm-fresh-no-lm':
    'RFC 9111 §4.3.2: where there is no Last-Modified, Date stands for it, and the date asked for lies before it.',
  'partial-store-partial-reuse-partial': 'Parts are not stored, only served from a stored whole.',
  'partial-store-partial-reuse-partial-byterange': 'Parts are not stored, only served from a stored whole.',
  'partial-store-partial-reuse-partial-absent': 'Parts are not stored, only served from a stored whole.',
  'partial-store-partial-reuse-partial-suffix': 'Parts are not stored, only served from a stored whole.',
  'partial-store-partial-complete': 'Parts are not stored, only served from a stored whole.',
};
