import {
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMappingResult,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { quantile } from './promql.ts';

/** The dashboard's variable, so that it works on any Prometheus data source. */
export const DATA_SOURCE = Object.freeze({ type: 'prometheus', uid: '$datasource' });

/** An expression and what its series are called; `{{label}}` stands for a label's value. */
export type Query = readonly [legend: string, expression: string];

interface SeriesPanel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of Grafana's 24 columns. */
  readonly columns: number;
  /** Whether the series are parts of one whole. */
  readonly stacked?: boolean;
  readonly max?: number;
}

/** A panel of lines over time. */
export function series({ title, description, unit, queries, columns, stacked = false, max }: SeriesPanel) {
  const panel = new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .min(0)
    .span(columns)
    .height(8)
    .drawStyle(GraphDrawStyle.Line)
    .fillOpacity(stacked ? 30 : 5)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .targets(targets(queries));
  return max === undefined ? panel : panel.max(max);
}

interface NumberPanel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly expression: string;
  readonly thresholds: readonly Threshold[];
  /** Words for values, with their colours. */
  readonly words?: Readonly<Record<string, ValueMappingResult>>;
}

/** A panel of one number, or of the word it stands for. */
export function number({ title, description, unit, expression, thresholds, words }: NumberPanel) {
  const panel = new StatBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .span(4)
    .height(4)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...thresholds]))
    .targets(targets([[title, expression]]));
  return words ? panel.mappings([{ type: MappingType.ValueToText, options: { ...words } }]) : panel;
}

export function quantiles(histogram: string): Query[] {
  return [
    ['p50', quantile(0.5, '', histogram)],
    ['p95', quantile(0.95, '', histogram)],
    ['p99', quantile(0.99, '', histogram)],
  ];
}

function targets(queries: readonly Query[]): DataqueryBuilder[] {
  return queries.map(([legend, expression], index) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode('A'.charCodeAt(0) + index))
      .datasource(DATA_SOURCE)
      .expr(expression)
      .legendFormat(legend)
      .range(),
  );
}
