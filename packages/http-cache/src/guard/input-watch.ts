import type { IncomingMessage } from 'node:http';

/** What a handler reads of its request, beside the URL. */
export interface InputWatch {
  /** Names of headers, lower case, and `session`. */
  readonly read: ReadonlySet<string>;
  /** The request is as it was before. */
  stop(): void;
}

/**
 * Notes what is read from now on.
 *
 * @param request the framework's, which a session may hang on; node's own is `raw`.
 */
export function watchInputs(raw: IncomingMessage, request: object): InputWatch {
  const read = new Set<string>();
  const { headers } = raw;
  raw.headers = new Proxy(headers, {
    get(target, name) {
      // A header that is absent decides as much as one that is there.
      if (typeof name === 'string' && !(name in Object.prototype)) read.add(name);
      return Reflect.get(target, name);
    },
    has(target, name) {
      if (typeof name === 'string') read.add(name);
      return Reflect.has(target, name);
    },
  });
  const unwatchSession = watchProperty(request, 'session', () => read.add('session'));
  return {
    read,
    stop() {
      raw.headers = headers;
      unwatchSession();
    },
  };
}

/** @returns what undoes it. A property that is not there, or is not to be changed, is not watched. */
function watchProperty(owner: object, name: string, onRead: () => void): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (!descriptor?.configurable || !('value' in descriptor)) return () => {};
  let { value } = descriptor;
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get() {
      onRead();
      return value;
    },
    set(next: unknown) {
      value = next;
    },
  });
  return () => Object.defineProperty(owner, name, { ...descriptor, value });
}
