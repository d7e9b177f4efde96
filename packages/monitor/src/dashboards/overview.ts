import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATA_SOURCE } from './panels.ts';
import { cacheRow } from './rows/cache-row.ts';
import { healthRow } from './rows/health-row.ts';
import { httpRow } from './rows/http-row.ts';
import { httpSafetyRow } from './rows/http-safety-row.ts';
import { limiterRow } from './rows/limiter-row.ts';
import { redisRow } from './rows/redis-row.ts';
import { sessionRow } from './rows/session-row.ts';

/** The dashboard of everything the monitor exposes, as plain data for Grafana's provisioning or its HTTP API. */
export function createOverviewDashboard(): Dashboard {
  const dashboard = new DashboardBuilder('Breakwater overview')
    .uid('breakwater-overview')
    .description('Caches, rate limits, sessions and Redis, as Breakwater sees them.')
    .tags(['breakwater'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('instance')
        .label('Instance')
        .datasource(DATA_SOURCE)
        .query('label_values(breakwater_monitor_guarded_requests_total, instance)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .current({ text: 'All', value: '$__all' }),
    );

  let id = 0;
  for (const { title, panels } of [healthRow, httpRow, httpSafetyRow, cacheRow, redisRow, limiterRow, sessionRow]) {
    id += 1;
    dashboard.withRow(new RowBuilder(title).id(id));
    for (const panel of panels()) {
      id += 1;
      dashboard.withPanel(panel.id(id));
    }
  }
  return dashboard.build();
}
