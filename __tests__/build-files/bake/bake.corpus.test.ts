import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { bakeReader } from '../../../src/build-files/bake/reader.js';
import { readComposeServices } from '../../../src/build-files/compose/compose.js';
import { bakeAnswerSchema, differences } from '../../support/image/bake-answers.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const PATH = 'build-definitions/given/bake.jsonl';
const recordSchema = z.object({
  id: z.string(),
  files: z.record(z.string(), z.string()),
  ask: z.object({
    cwd: z.string(),
    files: z.array(z.string()).optional(),
    targets: z.array(z.string()).optional(),
    vars: z.record(z.string(), z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
  }),
  answer: bakeAnswerSchema,
});

const DEFAULT_NAMES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-bake.json',
  'docker-bake.hcl',
  'docker-bake.override.json',
  'docker-bake.override.hcl',
];

function joined(directory: string, path: string): string {
  const segments: string[] = [];
  for (const segment of `${directory}/${path}`.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

describeWithSharedData(PATH, 'bake files of real repositories', () => {
  test('every build that buildx resolves is read as buildx resolves it', async () => {
    const different: string[] = [];
    let compared = 0;
    for (const line of readFileSync(sharedData(PATH), 'utf8').trim().split('\n')) {
      const { id, files, ask, answer } = recordSchema.parse(JSON.parse(line));
      const names = (ask.files ?? DEFAULT_NAMES).map((name) => joined(ask.cwd, name));
      const given = names.flatMap((path) => {
        const text = files[path];
        return text === undefined ? [] : [{ path, bytes: Buffer.from(text) }];
      });
      const { builds, problems } = await bakeReader(readComposeServices).read(given, {
        environment: { ...ask.env, ...ask.vars },
        exists: () => false,
        load: async (path) => {
          const text = files[joined(ask.cwd, path)];
          return text === undefined ? undefined : Buffer.from(text);
        },
        workingDirectory: '.',
      });
      if ('error' in answer) {
        if (builds.length > 0) different.push(`${id}: buildx refuses it`);
        continue;
      }
      const byName = new Map(builds.map((build) => [build.name, build]));
      for (const [name, expected] of Object.entries(answer.builds)) {
        compared++;
        const build = byName.get(name);
        if (build === undefined) different.push(`${id} ${name}: not read (${problems[0]?.message ?? 'no problem'})`);
        else different.push(...differences(build, expected).map((field) => `${id} ${name} ${field}`));
      }
    }
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });
});
