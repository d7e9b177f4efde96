export { createOverviewDashboard } from './dashboards/overview.ts';
