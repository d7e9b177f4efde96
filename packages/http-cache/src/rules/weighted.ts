import { splitFieldList, withoutSpaces } from './field-list.ts';

/** One choice of an `Accept` field and its like (RFC 9110 §12.4.2). */
export interface Weighted {
  /** Lower case, parameters included, the weight apart. */
  readonly value: string;
  /** 0 to 1; 0 refuses it. */
  readonly weight: number;
}

const WEIGHT = /;q=([\d.]+)$/i;

/** A weight that is none counts as 1. */
export function weightedChoices(field: string): Weighted[] {
  return splitFieldList(field).map((written) => {
    const member = withoutSpaces(written);
    const weight = WEIGHT.exec(member)?.[1];
    return {
      value: member.replace(WEIGHT, '').toLowerCase(),
      weight: weight !== undefined && /^(?:0|1)(?:\.\d{0,3})?$/.test(weight) ? Math.min(Number(weight), 1) : 1,
    };
  });
}
