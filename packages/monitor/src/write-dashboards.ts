import { writeFileSync } from 'node:fs';
import { createOverviewDashboard } from './dashboards/overview.ts';

/** Writes the dashboards that are kept in the repo and published with the package. */
writeFileSync(
  new URL('../dashboards/breakwater-overview.json', import.meta.url),
  `${JSON.stringify(createOverviewDashboard(), null, 2)}\n`,
);
