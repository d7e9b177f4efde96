import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseExposition } from '../test/exposition.ts';
import { allParts } from '../test/sample-stats.ts';
import { createMonitor } from './monitor.ts';

const rules = readFileSync(new URL('../alerts/breakwater-alerts.yaml', import.meta.url), 'utf8');

it('alerts ask only for metrics that a monitor of everything exposes, and tell only labels that those have', async () => {
  const { series } = parseExposition(await createMonitor({ authorize: () => true, ...allParts() }).registry.metrics());
  const asked = new Set(rules.match(/\bbreakwater_[a-z_]+/g));
  expect([...asked].sort()).toEqual(['breakwater_http_cache_leaks_total', 'breakwater_http_cache_quarantined']);
  const told = new Set([...rules.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label));
  for (const metric of asked) {
    const labels = series.filter(({ name }) => name === metric).map((one) => Object.keys(one.labels));
    expect(labels).not.toEqual([]);
    // Prometheus adds the instance.
    for (const names of labels) expect([...names, 'instance']).toEqual(expect.arrayContaining([...told]));
  }
});
