import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { policyJsonSchema } from '../../src/policy/json-schema.js';
import { rules } from '../../src/rules/index.js';
import { loadPolicyText } from '../support/load-policy-text.js';
import { rulesWithOptions } from '../support/rules-with-options.js';

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const schema = policyJsonSchema(rulesWithOptions);
const validate = ajv.compile(schema);

/** Policies whose shape is right, and ones whose shape is wrong; what only the loader can tell is in its own tests. */
const RIGHT = [
  'version: 1',
  'version: 1\nprofile: observe',
  'version: 1\nallow: [{ catalog: verified }, { image: "a/**", signed: false, reason: r }]',
  'version: 1\nallow: [{ catalog: chainguard-organization, with: { organization: a, identities: [b] } }]',
  'version: 1\nallow: [{ image: a/b, authorities: [{ keyless: { issuer: "https://a.example", subject: b } }] }]',
  'version: 1\nallow: [{ image: a/b, authorities: [{ key: { kms: "awskms://x" }, signature-repository: r.example/s }] }]',
  'version: 1\ndeny: [{ image: a/b, reason: r }]',
  'version: 1\nrules: { fresh: off, no-known-vulnerabilities: { level: error, severity: low, grace: 7d } }',
  'version: 1\nroles: { frontend: { rules: { fresh: note } } }',
  'version: 1\nfiles: { include: [a], exclude: [b], targets: { c: [d] }, build-args: { e: { F: g } } }',
  'version: 1\nplatforms: [linux/amd64]\ncontexts: { a: b }\nmax-waiver-days: 3650',
  'version: 1\nregistries: { a.example: { private-network: true, insecure: false, mirror-of: docker.io, layout: l, token-hosts: [t.example] } }',
  'version: 1\nwaivers: [{ rule: fresh, reason: r, owner: o, expires: 2028-02-29, covers: indeterminate, image: a/b, file: "**" }]',
  'version: 1\nmay-override: [allow, rules.fresh]',
];
const WRONG = [
  '{}',
  'version: "1"',
  'version: 1\nprofile: hard',
  'version: 1\nunknown: x',
  'version: 1\nallow: a',
  'version: 1\nallow: [{ image: a/b, catalog: c }]',
  'version: 1\nallow: [{}]',
  'version: 1\nallow: [{ image: a/b, require: 0 }]',
  'version: 1\nallow: [{ image: a/b, require: 1.5 }]',
  'version: 1\nallow: [{ image: a/b, authorities: [{ keyless: { subject: b } }] }]',
  'version: 1\nallow: [{ image: a/b, authorities: [{ keyless: { issuer: "a.example", subject: b } }] }]',
  'version: 1\ndeny: [{ image: a/b }]',
  'version: 1\nrules: { frsh: error }',
  'version: 1\nrules: { fresh: { max-age: 3 } }',
  'version: 1\nrules: { fresh: { max-age: 3 days } }',
  'version: 1\nrules: { fresh: { maxAge: 3d } }',
  'version: 1\nrules: { no-known-vulnerabilities: { severity: severe } }',
  'version: 1\nroles: { final: { allow: [] } }',
  'version: 1\nfiles: { targets: { c: [] } }',
  'version: 1\nplatforms: []',
  'version: 1\nmax-waiver-days: 3651',
  'version: 1\nregistries: { a.example: { insecure: "yes" } }',
  'version: 1\nregistries: { dockerhub: {} }',
  'version: 1\nregistries: { "https://a.example": {} }',
  'version: 1\nwaivers: [{ rule: fresh, reason: r, owner: o, expires: 2027-13-01 }]',
  'version: 1\nwaivers: [{ rule: fresh, reason: "", owner: o, expires: 2027-01-01 }]',
  'version: 1\ntrusted-root: ../x',
  'version: 1\nmay-override: [version]',
  'version: 1\ncontexts: { "": a }',
];

describe('the JSON Schema of the policy', () => {
  test.each(RIGHT)('takes what the loader takes: %j', async (text) => {
    expect(validate(parse(text))).toBe(true);
    expect((await loadPolicyText(text)).ok).toBe(true);
  });

  test.each(WRONG)('refuses what the loader refuses: %j', async (text) => {
    expect(validate(parse(text))).toBe(false);
    expect((await loadPolicyText(text)).ok).toBe(false);
  });

  test.each([
    ['the rules of the tests', schema],
    ['the rules of the product', policyJsonSchema(rules)],
  ])('describes every key, with %s', (_name, described) => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const properties = Reflect.get(node, 'properties');
      if (typeof properties === 'object' && properties !== null) {
        for (const [key, value] of Object.entries(properties)) {
          const named = typeof value === 'object' && value !== null && ('description' in value || '$ref' in value);
          if (!named) undescribed.push(`${path}.${key}`);
        }
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`);
    };
    visit(described, '');
    expect(undescribed).toEqual([]);
  });

  test('compiles for the rules of the product, too', () => {
    const product = new Ajv2020({ strict: true, allErrors: true });
    formats.default(product);
    expect(product.compile(policyJsonSchema(rules))({ version: 1 })).toBe(true);
  });
});
