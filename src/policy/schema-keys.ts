import { z } from 'zod';

/** The keys that a schema knows at a path: what an unknown key there may have meant. Forms of a union are taken together. */
export function keysOfSchema(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [step, ...rest] = path;
  if (schema instanceof z.ZodOptional) return keysOfSchema(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((option) => keysOfSchema(option, path)))];
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape);
    const child: unknown = Object.hasOwn(schema.shape, step) ? Reflect.get(schema.shape, step) : undefined;
    return child instanceof z.ZodType ? keysOfSchema(child, rest) : [];
  }
  if (step === undefined) return [];
  if (schema instanceof z.ZodArray) return keysOfSchema(schema.element, rest);
  if (schema instanceof z.ZodRecord) return keysOfSchema(schema.valueType, rest);
  return [];
}
