import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

const OPTIONS = { strict: true, strictTypes: false, allErrors: true } as const;
/** The forms that the schema is published in, each with what reads it. */
const FORMS = [
  ['policy.schema.json', () => new Ajv2020(OPTIONS)],
  ['policy.draft-07.schema.json', () => new Ajv(OPTIONS)],
] as const;

describe.each(FORMS)('the published schema of the policy in %s', (file, reader) => {
  let compiled: ValidateFunction | undefined;

  function compile(): ValidateFunction {
    const ajv = reader();
    formats.default(ajv);
    const schema: unknown = JSON.parse(readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8'));
    // A schema file is an object; ajv says so itself where it is not.
    return ajv.compile(schema as object);
  }

  /** What an editor says about a policy. */
  function editorErrors(yaml: string): readonly string[] {
    compiled ??= compile();
    const validate = compiled;
    return validate(parse(yaml))
      ? []
      : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message ?? ''}`);
  }

  test('accepts a policy that uses most of it', () => {
    const policy = [
      'version: 1',
      'extends: acme/policies/base-images.yml@v3',
      'profile: { name: hardened, enforce-from: 2027-01-31, before: baseline }',
      'only-new: true',
      'allow:',
      '  - catalog: chainguard',
      '  - image: registry.example.com/base/**',
      '    require: 1',
      '    authorities:',
      '      - keyless: { issuer: https://token.actions.githubusercontent.com, subject: https://github.com/acme/* }',
      '      - key: { file: .github/keys/base.pub, log: ignored }',
      '  - { image: ghcr.io/acme/legacy, signed: false, reason: built before signing }',
      'deny:',
      '  - { image: "docker.io/bitnamilegacy/**", reason: no longer maintained }',
      'rules:',
      '  allowed-base: error',
      '  pinned-by-digest: { level: warning }',
      'roles:',
      '  build: { rules: { pinned-by-digest: note } }',
      'files:',
      '  exclude: ["**/testdata/**"]',
      'platforms: [linux/amd64, linux/arm64]',
      'waivers:',
      '  - { rule: allowed-base, image: redis, reason: replaced by June, owner: "@acme/platform", expires: "2027-01-31" }',
    ].join('\n');
    expect(editorErrors(policy)).toEqual([]);
  });

  test.each([
    ['an unknown key', 'version: 1\nalow: []'],
    ['an unknown rule', 'version: 1\nrules: { allowed-bases: error }'],
    ['an unknown level', 'version: 1\nrules: { allowed-base: fatal }'],
    ['a phase without a day', 'version: 1\nprofile: { name: strict }'],
    ['an unknown profile', 'version: 1\nprofile: hard'],
    ['no version', 'profile: strict'],
  ])('refuses %s', (_, policy) => {
    expect(editorErrors(policy)).not.toEqual([]);
  });
});
