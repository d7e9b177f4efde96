import { startGateway } from './gateway.ts';
import { startOrigin } from './origin.ts';
import { PROFILES, type Profile } from './profiles.ts';
import { runSuite } from './suite.ts';

const [framework, profile, redisUrl, ...ids] = process.argv.slice(2);
const url = await startGateway(await startOrigin(), {
  framework: framework as 'express' | 'fastify',
  profile: PROFILES[profile as Profile['name']],
  redisUrl: redisUrl === '' ? undefined : redisUrl,
});
// The suite's own servers talk.
console.log = () => {};
process.stdout.write(JSON.stringify(await runSuite(url, ids)), () => process.exit());
