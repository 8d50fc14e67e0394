import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { policyJsonSchema } from '../../src/policy/json-schema.js';
import { RENAMED_KEYS } from '../../src/policy/schema-problems.js';
import { rules } from '../../src/rules/index.js';
import { policyProblems } from '../support/load-policy-text.js';

/** The keys that a policy of 1.0.0 could have, by where they stand; those that all rules had are left out. */
const KEYS_OF_1_0_0: Readonly<Record<string, string>> = {
  '': 'allow contexts deny extends files max-waiver-days may-override platforms profile registries roles rules trusted-root version vulnerability-feeds waivers',
  allow: 'authorities catalog image no-packages provenance reason require sbom signed with wolfi',
  'allow.authorities': 'key keyless signature-repository',
  'allow.authorities.key': 'file kms log pem',
  'allow.authorities.keyless':
    'build-signer-digest issuer runner-environment source-ref source-repository subject workflow',
  'allow.provenance': 'builder min-level source',
  'allow.sbom': 'unsigned',
  'allow.with': 'identities organization',
  'allowed-frontend': 'allow pinned',
  current: 'newer-patch',
  deny: 'image reason',
  distroless: 'language-package-manager shell',
  files: 'build-args exclude include targets',
  fresh: 'max-age',
  'hardened-configuration': 'allow-capabilities allow-files deny-ports',
  minimal: 'max-files max-megabytes max-packages max-unowned-files',
  'no-known-vulnerabilities': 'directory fixable grace max-age rest severity',
  'no-new-vulnerabilities': 'fixable grace max-age severity',
  'no-secrets': 'allow-files allow-variables',
  'non-root': 'numeric',
  'provenance-attested': 'min-level',
  registries: 'insecure layout mirror-of private-network token-hosts',
  roles: 'build copy final frontend',
  'roles.build': 'rules',
  'roles.copy': 'rules',
  'roles.final': 'rules',
  'roles.frontend': 'rules',
  'sbom-complete':
    'author context format hash hash-algorithm identifier licence name producer relationship sbom-version signature timestamp tool version',
  'signature-verified': 'unverifiable-publisher',
  supported: 'last-days',
  waivers: 'covers expires file image owner reason rule vulnerability',
};

const node = z.record(z.string(), z.unknown());

/** The paths of all keys in a JSON schema: names alone, without the steps of lists and maps. */
function keysOf(schema: unknown, path: string): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => keysOf(one, path));
  const parsed = node.safeParse(schema);
  if (!parsed.success) return [];
  const { properties, ...others } = parsed.data;
  const own = node.safeParse(properties);
  const named = Object.entries(own.success ? own.data : {}).flatMap(([key, value]) => {
    const below = path === '' ? key : `${path}.${key}`;
    return [below, ...keysOf(value, below)];
  });
  return [...named, ...Object.values(others).flatMap((value) => keysOf(value, path))];
}

const known = new Set(keysOf(policyJsonSchema(rules), ''));
const old = Object.entries(KEYS_OF_1_0_0).flatMap(([parent, keys]) =>
  keys.split(' ').map((key) => [parent === '' ? key : `${parent}.${key}`] as const),
);
/** Examples of each key that has another name now, and what is to be written. */
const RENAMED: readonly (readonly [key: string, text: string, fix: string])[] = [
  ['allow.sbom', 'allow: [{ image: a.example/**, sbom: { unsigned: allow } }]', 'attestations: { unsigned: allow }'],
  ['allow.sbom', 'allow: [{ catalog: chainguard, sbom: { unsigned: deny } }]', 'attestations: { unsigned: allow }'],
  ['sbom-complete.licence', 'rules: { sbom-complete: { level: error, licence: 90 } }', 'license'],
  ['sbom-complete.licence', 'roles: { copy: { rules: { sbom-complete: { level: error, licence: 90 } } } }', 'license'],
];

describe('a policy key of 1.0.0', () => {
  test.each(old)('is a key today, or has an error that says what to write: %s', (path) => {
    const renamed = RENAMED.find(([key]) => path === key || path.startsWith(`${key}.`));
    expect(known.has(path)).toBe(renamed === undefined);
  });

  test('that has another name has an example', () => {
    expect([...new Set(RENAMED.map(([path]) => path.split('.').at(-1)))]).toEqual(RENAMED_KEYS.map(({ key }) => key));
  });

  test.each(RENAMED)('that has another name is an error with what to write: %s in %s', async (path, text, fix) => {
    expect(await policyProblems(`version: 1\n${text}\n`, { rules })).toEqual([
      expect.objectContaining({
        code: 'unknown-key',
        severity: 'error',
        key: expect.stringContaining(path.split('.').at(-1) ?? path),
        line: 2,
        fix: expect.stringContaining(fix),
      }),
    ]);
  });
});
