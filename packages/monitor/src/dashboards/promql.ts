/** Every query is limited to the instances chosen in the dashboard's variable. */
function selector(metric: string, matchers: string): string {
  return `${metric}{instance=~"$instance"${matchers && `, ${matchers}`}}`;
}

/** How fast a counter grows per second, summed by labels. */
export function rateBy(labels: string, metric: string, matchers = ''): string {
  return sumBy(labels, `rate(${selector(metric, matchers)}[$__rate_interval])`);
}

/** What a counter grew by in each step, summed by labels: for what is rare enough to be counted by eye. */
export function increaseBy(labels: string, metric: string, matchers = ''): string {
  return sumBy(labels, `increase(${selector(metric, matchers)}[$__rate_interval])`);
}

export function gaugeBy(labels: string, metric: string, matchers = ''): string {
  return sumBy(labels, selector(metric, matchers));
}

/** The worst instance counts: one that is down must not be averaged away. */
export function lowest(metric: string, matchers = ''): string {
  return `min(${selector(metric, matchers)})`;
}

export function highest(metric: string, matchers = ''): string {
  return `max(${selector(metric, matchers)})`;
}

/** For what every instance reads off the same Redis. */
export function highestBy(labels: string, metric: string): string {
  return `max by (${labels}) (${selector(metric, '')})`;
}

/** @param histogram the histogram's name, without `_bucket`. */
export function quantile(share: number, labels: string, histogram: string): string {
  return `histogram_quantile(${share}, ${rateBy(labels === '' ? 'le' : `le, ${labels}`, `${histogram}_bucket`)})`;
}

function sumBy(labels: string, expression: string): string {
  return labels === '' ? `sum(${expression})` : `sum by (${labels}) (${expression})`;
}
