import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allParts } from '../../test/sample-stats.ts';
import { createMonitor } from '../monitor.ts';
import { createOverviewDashboard } from './overview.ts';

const dashboard = JSON.parse(JSON.stringify(createOverviewDashboard()));
const expressions: string[] = dashboard.panels.flatMap((panel: { targets?: { expr: string }[] }) =>
  (panel.targets ?? []).map(({ expr }) => expr),
);

describe('the overview dashboard', () => {
  it('is in the repo as the code generates it', () => {
    const kept = readFileSync(new URL('../../dashboards/breakwater-overview.json', import.meta.url), 'utf8');
    expect(JSON.parse(kept), 'Run `pnpm --filter @breakwater/monitor dashboards`.').toEqual(dashboard);
  });

  it('asks only for metrics that a monitor of everything exposes', async () => {
    const text = await createMonitor({ authorize: () => true, ...allParts() }).registry.metrics();
    const exposed = new Set(text.split('\n').map((line) => /^[a-z_]+/.exec(line)?.[0]));
    const queries = [...expressions, ...dashboard.templating.list.map(({ query }: { query: string }) => query)];
    const asked = new Set(queries.flatMap((query) => query.match(/\b(breakwater|redis)_[a-z_]+/g) ?? []));
    expect([...asked].filter((metric) => !exposed.has(metric))).toEqual([]);
    expect(asked.size).toBeGreaterThan(30);
  });

  it('matches only label values that the monitor exposes', async () => {
    const text = await createMonitor({ authorize: () => true, ...allParts() }).registry.metrics();
    const matchers = expressions.flatMap((expression) => [...expression.matchAll(/(\w+)(?:!=|=~|=)"([^"$]+)"/g)]);
    for (const [, label, values = ''] of matchers) {
      for (const value of values.split('|')) expect(text).toContain(`${label}="${value}"`);
    }
    expect(matchers.length).toBeGreaterThan(0);
  });

  it('works on any Prometheus data source, and every query is limited to the chosen instances', () => {
    expect(dashboard.templating.list.map(({ name, type }: { name: string; type: string }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['instance', 'query'],
    ]);
    for (const panel of dashboard.panels) {
      if (panel.type !== 'row') expect(panel.datasource).toEqual({ type: 'prometheus', uid: '$datasource' });
    }
    for (const expression of expressions) expect(expression).toContain('instance=~"$instance"');
  });

  it('can be provisioned: a fixed uid, ids that differ, panels that do not overlap', () => {
    expect([dashboard.uid, dashboard.title]).toEqual(['breakwater-overview', 'Breakwater overview']);
    const ids = dashboard.panels.map(({ id }: { id: number }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = dashboard.panels.flatMap(({ gridPos }: { gridPos: Record<'x' | 'y' | 'w' | 'h', number> }) =>
      Array.from({ length: gridPos.w * gridPos.h }, (_, cell) =>
        [gridPos.x + (cell % gridPos.w), gridPos.y + Math.floor(cell / gridPos.w)].join(),
      ),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
