// A process of its own: it must end once its pool is closed, though nobody calls process.exit().
import { once } from 'node:events';
import { createRedisPool, type RedisPoolOptions } from '../../src/index.ts';
import { outcomesOf } from './outcomes.ts';

const pool = createRedisPool({ ...(JSON.parse(process.argv[2] ?? '{}') as RedisPoolOptions), deadlineMs: 200 });
const subscriber = pool.duplicate();
void subscriber.subscribe('channel').catch(() => undefined);
await outcomesOf(Array.from({ length: 10 }, () => pool.ping()));
process.stdout.write('started\n');
await once(process.stdin, 'data');
const underWay = outcomesOf(Array.from({ length: 10 }, () => pool.ping()));
await pool.close();
await underWay;
