import type { RuleResult } from './rule.js';

/**
 * Keeps one result of those that are the same. Thousands of references can name one image, and most rules then say the
 * same of each, in texts and lists of their own.
 */
export class SharedResults {
  readonly #last = new Map<string, readonly RuleResult[]>();

  /** The results that the rule last gave for an image, where they say the same as these; else these. */
  of(rule: string, image: string, results: readonly RuleResult[]): readonly RuleResult[] {
    const key = `${rule} ${image}`;
    const last = this.#last.get(key);
    if (last?.length === results.length && last.every((result, index) => isSame(result, results[index]))) return last;
    this.#last.set(key, results);
    return results;
  }
}

function isSame(a: RuleResult, b: RuleResult | undefined): boolean {
  if (b === undefined) return false;
  const fields = Object.entries(a);
  const others = new Map<string, unknown>(Object.entries(b));
  return fields.length === others.size && fields.every(([key, value]) => isSameValue(value, others.get(key)));
}

/** Objects other than lists of texts count as different: to keep both costs only memory. */
function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => item === b[index]);
}
