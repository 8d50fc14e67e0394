import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { LOADERS } from '../../src/cli/commands.js';
import { COMMANDS } from '../../src/cli/definitions.js';
import { commandHelp, flagUsage, generalHelp, usageOf } from '../../src/cli/help.js';
import { FRAMEWORKS } from '../../src/compliance/frameworks.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const named = COMMANDS.map((definition) => [definition.name, definition] as const);
const flags = COMMANDS.flatMap((definition) =>
  Object.entries(definition.flags).map(([name, flag]) => [definition.name, name, flag] as const),
);

describe('the definition of a command', () => {
  test('stands for each command that can be run', () => {
    expect(Object.keys(LOADERS).sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
  });

  test.each(named)('of %s is what --help and -h print', async (name, definition) => {
    const command = await LOADERS[name]?.();
    if (command === undefined) throw new Error(`${name} has no loader`);
    for (const flag of ['--help', '-h']) {
      expect(await runCommand(command, makeDirectory({}), flag)).toEqual({
        code: 0,
        stdout: commandHelp(definition),
        stderr: '',
      });
    }
    expect(generalHelp()).toContain(usageOf(definition));
  });

  test.each(named)('of %s fits 120 columns', (_, definition) => {
    expect(
      commandHelp(definition)
        .split('\n')
        .filter((line) => line.length > 120),
    ).toEqual([]);
  });

  test.each(flags)('of %s describes --%s', (name, flagName, flag) => {
    const definition = COMMANDS.find((one) => one.name === name);
    expect(definition && commandHelp(definition)).toContain(flagUsage(flagName, flag));
    expect(flag.help.length).toBeGreaterThan(8);
  });

  test('of evidence lists the frameworks', () => {
    expect(flags.find(([, name]) => name === 'framework')?.[2].value?.split('|')).toEqual([...FRAMEWORKS]);
  });
});

describe('a flag of 1.0.0', () => {
  test.each(
    'all all-files base build-arg build-context bundle certificate-identity certificate-oidc-issuer diff format framework ignore-log key offline output pin platform policy profile registry target trusted-root vulnerabilities write'
      .split(' ')
      .map((flag) => [flag]),
  )('is a flag today: --%s', (flag) => {
    expect(flags.map(([, name]) => name)).toContain(flag);
  });
});

const schema = z.record(z.string(), z.unknown());
const KEBAB_CASE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** The keys that a JSON schema names, at any depth. */
function keysOf(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(keysOf);
  const parsed = schema.safeParse(node);
  if (!parsed.success || typeof node !== 'object') return [];
  const own = schema.safeParse(parsed.data['properties']);
  return [...(own.success ? Object.keys(own.data) : []), ...Object.values(parsed.data).flatMap(keysOf)];
}

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const options = [
  ...flags.map(([, name]) => ['flag', name] as const),
  ...keysOf(JSON.parse(read('schemas/policy.schema.json'))).map((key) => ['policy key', key] as const),
  ...Object.keys(schema.parse(schema.parse(parse(read('action.yml')))['inputs'])).map((key) => ['input', key] as const),
];

describe('what a user writes', () => {
  test.each([...new Map(options.map((option) => [option.join(' '), option])).values()])(
    'is kebab-case: %s %s',
    (_, name) => expect(name).toMatch(KEBAB_CASE),
  );

  test('includes flags, policy keys and inputs', () => {
    expect(options).toEqual(
      expect.arrayContaining([
        ['flag', 'build-arg'],
        ['policy key', 'may-override'],
        ['input', 'changed-files-only'],
      ]),
    );
  });
});
