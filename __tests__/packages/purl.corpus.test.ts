import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { formatPurl, makePurl, parsePurl } from '../../src/packages/purl.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const parts = z.object({
  type: z.string().nullable(),
  namespace: z.string().nullable(),
  name: z.string().nullable(),
  version: z.string().nullable(),
  qualifiers: z.record(z.string(), z.string()).nullable(),
  subpath: z.string().nullable(),
});
type Parts = z.infer<typeof parts>;

/** @see https://packageurl.org/schemas/purl-test.schema-0.2.json */
const suite = z.object({
  tests: z.array(
    z.object({
      description: z.string(),
      test_type: z.enum(['parse', 'build', 'validate']),
      input: z.union([z.string(), parts]),
      expected_output: z.union([z.string(), parts]).nullish(),
      expected_failure: z.boolean(),
    }),
  ),
});
type Case = z.infer<typeof suite>['tests'][number];

function answer(of: Case): string | Parts | null {
  const read =
    typeof of.input === 'string'
      ? parsePurl(of.input)
      : makePurl({
          type: of.input.type ?? '',
          namespace: of.input.namespace ?? '',
          name: of.input.name ?? '',
          version: of.input.version ?? '',
          qualifiers: new Map(Object.entries(of.input.qualifiers ?? {})),
          subpath: of.input.subpath ?? '',
        });
  if (!read.ok) return null;
  if (of.test_type !== 'parse') return formatPurl(read.value);
  const { type, namespace, name, version, qualifiers, subpath } = read.value;
  return {
    type,
    namespace: namespace ?? null,
    name,
    version: version ?? null,
    qualifiers: qualifiers.size === 0 ? null : Object.fromEntries(qualifiers),
    subpath: subpath ?? null,
  };
}

describeWithSharedData('purl/tests', 'the package-url test suite', () => {
  const directory = sharedData('purl/tests');
  const files = ['spec/specification-test.json', ...readdirSync(`${directory}/types`).map((name) => `types/${name}`)];
  const cases = files.flatMap((file) =>
    suite.parse(JSON.parse(readFileSync(`${directory}/${file}`, 'utf8'))).tests.map((of) => ({ file, of })),
  );
  const succeeds = new Set(cases.filter(({ of }) => !of.expected_failure).map(({ of }) => JSON.stringify(of.input)));
  /** One input is expected to fail in one case and to be read in another; the specification's "normalize" decides. */
  const contradicted = cases.filter(({ of }) => of.expected_failure && succeeds.has(JSON.stringify(of.input)));

  test('contradicts itself in one place only: upper-case qualifier keys of an rpm', () => {
    expect(contradicted.map(({ of }) => of.input)).toEqual([
      'pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25',
    ]);
  });

  test.each(
    cases
      .filter((of) => !contradicted.includes(of))
      .map(({ file, of }) => [file, of.test_type, JSON.stringify(of.input), of] as const),
  )('holds for %s: %s %s', (_file, _type, _input, of) => {
    if (!of.expected_failure) expect(answer(of)).toEqual(of.expected_output);
    else expect(answer(of)).toBeNull();
  });
});
