import { describe, expectTypeOf, it } from 'vitest';
import type { Rules } from './rules.ts';

interface Events {
  'trade.executed': { readonly pair: string };
  'model.retrained': { readonly model: string; readonly version: number };
}

// Held by the type check: a misspelt event, or a payload of another, fails to compile.
describe('rules by the events of an application', () => {
  it('know their names', () => {
    expectTypeOf<Rules<Events>['on']>().parameter(0).toEqualTypeOf<keyof Events>();
    expectTypeOf<Rules<Events>['emit']>().parameter(0).toEqualTypeOf<keyof Events>();
  });

  it('know what each carries', () => {
    const emit = (rules: Rules<Events>) => rules.emit<'trade.executed'>;
    expectTypeOf<Parameters<ReturnType<typeof emit>>[1]>().toEqualTypeOf<Events['trade.executed']>();
    const on = (rules: Rules<Events>) => rules.on<'model.retrained'>;
    expectTypeOf<Parameters<Parameters<ReturnType<typeof on>>[1]>[0]>().toEqualTypeOf<Events['model.retrained']>();
  });
});
