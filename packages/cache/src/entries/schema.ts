import { types } from 'node:util';
import { checks } from '../errors.ts';

/**
 * A validator of Standard Schema version 1 (https://standardschema.dev), as zod, valibot, arktype and others make them. It
 * must validate synchronously.
 */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

/** Without `issues` the value passed; what readers get is the schema's output. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] };

/** The schema's output, `undefined` for a value that is none of the schema's. */
export type Validate = (value: unknown) => { readonly value: unknown } | undefined;

/**
 * @returns what throws an OptionError `ERR_CACHE_OPTION` for a schema that turns out to be asynchronous.
 * @throws OptionError `ERR_CACHE_OPTION` for what is no schema.
 */
export function resolveSchema(option: string, schema: StandardSchema | undefined): Validate | undefined {
  if (schema === undefined) return undefined;
  const standard = (schema as Partial<StandardSchema> | null)?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw checks.failure(option, "a validator with '~standard' of version 1", schema);
  }
  return (value) => {
    const result = validateSafely(standard, value);
    if (types.isPromise(result)) {
      result.catch(() => {});
      throw checks.failure(option, 'a schema that validates synchronously', standard.vendor);
    }
    return result?.issues === undefined ? result : undefined;
  };
}

function validateSafely(standard: StandardSchema['~standard'], value: unknown) {
  try {
    return standard.validate(value);
  } catch {
    // Stored data is hostile: a schema's own code may not have foreseen it.
    return undefined;
  }
}
