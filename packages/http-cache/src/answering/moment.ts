import { hitStatus } from '../rules/cache-status.ts';
import { ageMsOf, type Moment, ttlSecondsOf } from '../stored/entry.ts';
import type { Selected } from '../stored/place.ts';

export function momentOf(
  { response, storedAtMs }: Pick<Selected, 'response' | 'storedAtMs'>,
  cacheStatus: string,
  nowMs: number,
): Moment {
  return { ageSeconds: ageSecondsOf({ response, storedAtMs }, nowMs), cacheStatus };
}

/** A hit's: the same object for as long as all hits say the same. */
export function hitMoment(selected: Selected, nowMs: number): Moment {
  const { response, storedAtMs, tier } = selected;
  const ageSeconds = ageSecondsOf(selected, nowMs);
  const ttlSeconds = ttlSecondsOf(response, storedAtMs, nowMs);
  const { lastHit } = response;
  if (lastHit?.ageSeconds === ageSeconds && lastHit.ttlSeconds === ttlSeconds && lastHit.tier === tier) return lastHit;
  response.lastHit = { ageSeconds, ttlSeconds, tier, cacheStatus: hitStatus(ttlSeconds, tier) };
  return response.lastHit;
}

function ageSecondsOf({ response, storedAtMs }: Pick<Selected, 'response' | 'storedAtMs'>, nowMs: number): number {
  return Math.floor(ageMsOf(response, storedAtMs, nowMs) / 1000);
}
