export { eventually } from './eventually.ts';
export { type Fault, type FaultProxy, startFaultProxy } from './fault-proxy.ts';
export { type Framework, frameworks } from './frameworks.ts';
export { freePort } from './free-port.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export { type RedisCluster, startRedisCluster } from './redis-cluster.ts';
export { type SentinelGroup, startSentinelGroup } from './redis-sentinel.ts';
export { type RedisServer, startRedis } from './redis-server.ts';
export { type RunningServer, serve } from './serve.ts';
