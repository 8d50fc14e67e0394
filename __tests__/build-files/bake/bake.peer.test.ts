import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { bakeReader } from '../../../src/build-files/bake/reader.js';
import { readComposeServices } from '../../../src/build-files/compose/compose.js';
import { bakeBuildSchema, differences } from '../../support/image/bake-answers.js';
import { EXPRESSION_VALUES, fileOfExpression, REFUSED_EXPRESSIONS } from '../../support/image/bake-expressions.js';
import { type MadeBakeFiles, makeBakeFiles } from '../../support/image/made-bake-files.js';
import { describeWithPeers } from '../../support/process/peers.js';

const FILES = 10_000;
const SEED = Number(process.env['BAKE_SEED'] ?? 20_261_130);

const answerSchema = z.object({
  error: z.string().optional(),
  builds: z.record(z.string(), bakeBuildSchema).nullish(),
  failed: z.record(z.string(), z.string()).nullish(),
});
type Answer = z.infer<typeof answerSchema>;

function query(made: readonly MadeBakeFiles[]): readonly Answer[] {
  const input = made.map((definition) => JSON.stringify(definition)).join('\n');
  const run = spawnSync('bake-print', { input, encoding: 'utf8', maxBuffer: 1e9 });
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => answerSchema.parse(JSON.parse(line)));
}

async function compare({ files, variables }: MadeBakeFiles, answer: Answer): Promise<readonly string[]> {
  const { builds, problems } = await bakeReader(readComposeServices).read(
    files.map(({ name, text }) => ({ path: name, bytes: Buffer.from(text) })),
    { environment: variables, exists: () => false, load: async () => undefined, workingDirectory: '.' },
  );
  if (answer.error !== undefined)
    return builds.length === 0 && problems.length > 0 ? [] : [`read here, refused there: ${answer.error}`];
  const byName = new Map(builds.map((build) => [build.name, build]));
  const expected = Object.entries(answer.builds ?? {});
  const different = expected.flatMap(([name, theirs]) => {
    const build = byName.get(name);
    if (build !== undefined) return differences(build, theirs).map((field) => `${name}.${field}`);
    return [`${name} is not read here: ${problems.map(({ line, message }) => `${line}: ${message}`).join(' ')}`];
  });
  // What has the name of a group is not asked for by its name.
  const invented = builds.filter(({ name = '' }) => answer.failed?.[name] !== undefined);
  return [
    ...different,
    ...invented.map(({ name = '' }) => `${name} is read here, and fails there: ${answer.failed?.[name] ?? ''}`),
  ];
}

describeWithPeers(['bake-print'], 'made bake files', () => {
  test('each expression has the value that our own tests expect, or is refused', () => {
    const expressions = [...EXPRESSION_VALUES.map(([expression]) => expression), ...REFUSED_EXPRESSIONS];
    const answers = query(
      expressions.map((expression) => ({
        files: [{ name: 'docker-bake.hcl', text: fileOfExpression(expression) }],
        variables: {},
      })),
    );
    expect(answers.map((answer) => answer.builds?.['t']?.args?.['A'])).toEqual([
      ...EXPRESSION_VALUES.map(([, value]) => value),
      ...REFUSED_EXPRESSIONS.map(() => undefined),
    ]);
    expect(answers.slice(EXPRESSION_VALUES.length).filter(({ builds }) => builds?.['t'] !== undefined)).toEqual([]);
  });

  test(`${FILES} definitions are resolved as buildx resolves them`, async () => {
    const made = Array.from({ length: FILES }, (_, index) => makeBakeFiles(SEED + index));
    const answers = query(made);
    expect(answers).toHaveLength(FILES);
    const different: string[] = [];
    let builds = 0;
    for (const [index, definition] of made.entries()) {
      const answer = answers[index];
      if (answer === undefined) continue;
      builds += Object.keys(answer.builds ?? {}).length;
      for (const what of await compare(definition, answer)) different.push(`${SEED + index} ${what}`);
    }
    expect({ different: different.slice(0, 40), count: different.length }).toEqual({ different: [], count: 0 });
    expect(builds).toBeGreaterThan(FILES / 4);
  }, 600_000);
});
