const PARTS = 'Parts are not stored, only served from a stored whole.';
const WRONG_PART = `${PARTS} The part of this test says that it has six bytes, and has five.`;

/** Required tests that are not passed, each with its reason. One that passes must leave the list. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {};

/** Optimal tests that are not passed, each with its reason. */
export const NOT_OPTIMAL: Readonly<Record<string, string>> = {
  'method-POST': 'Responses to POST are not stored: what a change answers is its caller’s.',
  'conditional-lm-fresh-no-lm':
    'RFC 9111 §4.3.2: where there is no Last-Modified, Date stands for it, and the date asked for lies before it.',
  'partial-store-partial-reuse-partial': WRONG_PART,
  'partial-store-partial-reuse-partial-byterange': WRONG_PART,
  'partial-store-partial-reuse-partial-absent': WRONG_PART,
  'partial-store-partial-reuse-partial-suffix': WRONG_PART,
  'partial-store-partial-complete': `${PARTS} The part of this test has no validator by which another could be known to belong to it (RFC 9111 §3.4).`,
};
