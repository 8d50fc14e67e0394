import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';

const examples = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }));

/** GitHub's own example payloads of one event, as @octokit/webhooks-examples collects them; each call makes copies. */
export function webhookExamples(event: string): readonly Record<string, unknown>[] {
  all ??= readExamples();
  return structuredClone(all.find(({ name }) => name === event)?.examples ?? []);
}

/** The first of them, copied alone: some events have thirty. */
export function webhookExample(event: string): unknown {
  all ??= readExamples();
  return structuredClone(all.find(({ name }) => name === event)?.examples[0]);
}

// 4 MB of JSON, read once in a test file.
let all: z.infer<typeof examples> | null = null;

function readExamples(): z.infer<typeof examples> {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@octokit/webhooks-examples/api.github.com/index.json');
  return examples.parse(JSON.parse(readFileSync(path, 'utf8')));
}
