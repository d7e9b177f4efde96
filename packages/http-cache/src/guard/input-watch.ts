import type { IncomingMessage } from 'node:http';

/** What a handler reads of its request, beside the URL. */
export interface InputWatch {
  /** Names of headers, lower case, and what middleware made of them: `session`, `user`, `auth`. */
  readonly read: ReadonlySet<string>;
  /** The handler has answered: whoever still looks at the session does so to save it. */
  answered(): void;
  /** The request is as it was before. */
  stop(): void;
}

/** What middleware in front of the handler has put on a request by now, and what it counts as when it is read. */
const PUT_ON: readonly (readonly [property: string, input: string])[] = [
  ['session', 'session'],
  ['user', 'user'],
  ['auth', 'auth'],
  ['cookies', 'cookie'],
  ['signedCookies', 'cookie'],
];

/** What session middleware reads of each request when its response leaves. Other hooks may make the page of what they read. */
const READ_TO_SAVE: ReadonlySet<string> = new Set(['session', 'cookie']);

/**
 * Notes what is read from now on.
 *
 * @param request the framework's, which a session may hang on; node's own is `raw`.
 */
export function watchInputs(raw: IncomingMessage, request: object): InputWatch {
  const read = new Set<string>();
  const { headers } = raw;
  let isAnswered = false;
  const note = (input: string) => {
    if (!isAnswered || !READ_TO_SAVE.has(input)) read.add(input);
  };
  const stops = [
    replaceHeaders(raw, note),
    watchProperty(raw, 'rawHeaders', () => {
      for (const name of Object.keys(headers)) note(name);
    }),
    ...PUT_ON.map(([property, input]) => watchProperty(request, property, () => note(input))),
  ];
  return {
    read,
    answered() {
      isAnswered = true;
    },
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/** HTTP/2's request has no headers that could be set: what is put over them covers them. */
function replaceHeaders(raw: IncomingMessage, onRead: (name: string) => void): () => void {
  const { headers } = raw;
  const before = Object.getOwnPropertyDescriptor(raw, 'headers');
  const note = (name: string | symbol) => {
    // A header that is absent decides as much as one that is there.
    if (typeof name === 'string' && !(name in Object.prototype)) onRead(name);
  };
  const value = new Proxy(headers, {
    get(target, name) {
      note(name);
      return Reflect.get(target, name);
    },
    has(target, name) {
      note(name);
      return Reflect.has(target, name);
    },
    // Without this a write would ask for what it replaces.
    set: (target, name, given) => Reflect.set(target, name, given),
    // Who lists them, or asks whether one is there.
    getOwnPropertyDescriptor(target, name) {
      note(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  Object.defineProperty(raw, 'headers', { value, configurable: true, enumerable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(raw, 'headers', before);
    else Reflect.deleteProperty(raw, 'headers');
  };
}

/** @returns what undoes it. A property that is not there, or is not to be changed, is not watched. */
function watchProperty(owner: object, name: string, onRead: () => void): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (!before?.configurable) return () => {};
  // Where it is read by a function of its own, as cookie-session's, that one is asked still.
  const current: PropertyDescriptor = { ...before };
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: before.enumerable ?? false,
    get() {
      onRead();
      return current.get ? Reflect.apply(current.get, owner, []) : current.value;
    },
    set(next: unknown) {
      if (current.set) Reflect.apply(current.set, owner, [next]);
      else current.value = next;
    },
  });
  return () => Object.defineProperty(owner, name, current);
}
