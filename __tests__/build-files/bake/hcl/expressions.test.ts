import { expect, test } from '@jest/globals';
import { bakeReader } from '../../../../src/build-files/bake/reader.js';
import { EXPRESSION_VALUES, fileOfExpression, REFUSED_EXPRESSIONS } from '../../../support/image/bake-expressions.js';

async function read(text: string) {
  const { builds, problems } = await bakeReader().read([{ path: 'docker-bake.hcl', bytes: Buffer.from(text) }], {
    environment: {},
    exists: () => false,
    load: async () => undefined,
    workingDirectory: '.',
  });
  return { value: builds[0]?.args['A'], builds: builds.length, problems };
}

test.each(EXPRESSION_VALUES)('%s has the value %j', async (expression, value) => {
  expect(await read(fileOfExpression(expression))).toEqual({ value, builds: 1, problems: [] });
});

test.each(REFUSED_EXPRESSIONS)('%s is refused at a place within the file', async (expression) => {
  const { builds, problems } = await read(fileOfExpression(expression));
  expect(builds).toBe(0);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.line).toBeGreaterThan(0);
  expect(problems[0]?.message).toMatch(/\S.*[.)]$/);
});
