import { splitFieldList } from './field-list.ts';

/** One choice of an `Accept` field and its like (RFC 9110 §12.4.2). */
export interface Weighted {
  /** Lower case, parameters included, the weight apart. */
  readonly value: string;
  /** 0 to 1; 0 refuses it. */
  readonly weight: number;
}

const WEIGHT = /\s*;\s*q\s*=\s*([\d.]+)\s*$/i;

/** A weight that is none counts as 1. */
export function weightedChoices(field: string): Weighted[] {
  return splitFieldList(field).map((member) => {
    const written = WEIGHT.exec(member)?.[1];
    const value = member
      .replace(WEIGHT, '')
      .replace(/\s*([;=])\s*/g, '$1')
      .toLowerCase();
    return {
      value,
      weight: written !== undefined && /^(?:0|1)(?:\.\d{0,3})?$/.test(written) ? Math.min(Number(written), 1) : 1,
    };
  });
}
