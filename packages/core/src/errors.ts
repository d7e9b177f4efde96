/** Every error a Breakwater package throws on purpose: a code to branch on, data as fields, the cause kept. */
export class BreakwaterError extends Error {
  override readonly name: string = 'BreakwaterError';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A wrong option, found at construction. `code` is `ERR_<PACKAGE>_OPTION`; the message says the rule and the value. */
export class OptionError extends BreakwaterError {
  override readonly name = 'OptionError';
  readonly option: string;

  constructor(packageCode: string, option: string, rule: string, value: unknown) {
    super(`ERR_${packageCode}_OPTION`, `${option} must be ${rule}, got ${describeValue(value)}.`);
    this.option = option;
  }
}

/** A value as it may stand in an error message: short, on one line, never a dump. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value !== null && typeof value === 'object') {
    return `an object with the keys ${shorten(Object.keys(value).join(', ')) || '(none)'}`;
  }
  return String(value);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
