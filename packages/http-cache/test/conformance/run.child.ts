import { startGateway } from './gateway.ts';
import { startOrigin } from './origin.ts';
import { createOwnOrigin } from './own/own-origin.ts';
import { runOwn } from './own/run-own.ts';
import { PROFILES, type Profile } from './profiles.ts';
import { runSuite } from './suite.ts';

const [framework, profile, redisUrl, ...ids] = process.argv.slice(2);
const own = createOwnOrigin();
const url = await startGateway(await startOrigin(own), {
  framework: framework as 'express' | 'fastify',
  profile: PROFILES[profile as Profile['name']],
  redisUrl: redisUrl === '' ? undefined : redisUrl,
});
// The suite's own servers talk.
console.log = () => {};
const [suite, ours] = await Promise.all([runSuite(url, ids), runOwn(url, own, ids)]);
process.stdout.write(JSON.stringify({ ...suite, ...ours }), () => process.exit());
