import { z } from 'zod';
import type { Rule } from '../rules/rule.js';

/** A rule's options as the policy file writes them (`max-age`), and as the rule itself names them (`maxAge`). */
export interface RuleOptions {
  /** By the file's key. */
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /** The rule's name of an option, by the file's key. */
  readonly names: Readonly<Record<string, string>>;
}

const cache = new WeakMap<Rule, RuleOptions>();

/** The options of a rule. A rule whose schema is no object has no options that a policy could set. */
export function ruleOptions(rule: Rule): RuleOptions {
  const known = cache.get(rule);
  if (known !== undefined) return known;
  const shape: Record<string, z.ZodType> = {};
  const names: Record<string, string> = {};
  for (const [name, schema] of Object.entries(rule.options instanceof z.ZodObject ? rule.options.shape : {})) {
    const key = kebabCase(name);
    if (schema instanceof z.ZodType) shape[key] = schema;
    names[key] = name;
  }
  const options = { shape, names };
  cache.set(rule, options);
  return options;
}

/** `maxAge` as `max-age`; what is written so already stays as it is. */
function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
