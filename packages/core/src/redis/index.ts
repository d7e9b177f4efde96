export { boundRedis } from './bound-redis.ts';
export { createDeadline, type Deadline, type Waiter } from './deadline.ts';
export { RedisDeadlineError, RedisUnavailableError } from './errors.ts';
export { createKeySpace, type KeySpace, WIRE_VERSION } from './key-space.ts';
export { createOutageWatch, type OutageEvents, type OutageObserver, type OutageWatch } from './outage-watch.ts';
export type { RedisNode, RedisPort, RedisSubscriber, RedisValue } from './port.ts';
export { refuseKeyPrefix, resolveRedis } from './redis-option.ts';
export { scanKeys } from './scan-keys.ts';
export { defineScript, type RedisScript, runScript } from './script.ts';
