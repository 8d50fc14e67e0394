import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';

const examples = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }));

/** GitHub's own example payloads of one event, as @octokit/webhooks-examples collects them. */
export function webhookExamples(event: string): readonly Record<string, unknown>[] {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@octokit/webhooks-examples/api.github.com/index.json');
  const all = examples.parse(JSON.parse(readFileSync(path, 'utf8')));
  return all.find(({ name }) => name === event)?.examples ?? [];
}
