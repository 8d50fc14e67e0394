import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/policy/problem.js';
import { rules } from '../../src/rules/index.js';
import { toPem } from '../../src/signatures/notation/trust-store.js';
import { loadPolicyText } from '../support/load-policy-text.js';
import { rulesWithOptions } from '../support/rules-with-options.js';
import { asCertificates, issue } from '../support/signing/notation-maker.js';

const { publicKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const root = asCertificates([await issue({ ca: true })])
  .map(toPem)
  .join('');

const world = {
  rules: [...rules, ...rulesWithOptions.filter(({ id }) => !rules.some((rule) => rule.id === id))],
  files: {
    '.github/keys/base.pub': publicKey,
    '.github/keys/dhi-2.pub': publicKey,
    '.github/keys/trusted_root.json': '{}',
    '.github/notation/root.pem': root,
    '.github/notation/tsa-root.pem': root,
  },
};

function document(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
}

/** The YAML of a document, snippet by snippet; a part of a policy is made a whole one. */
function snippets(name: string): readonly string[] {
  const found = [...document(name).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  return found.map((text) => (/^version:/m.test(text) ? text : `version: 1\n${text}`));
}

describe.each(['policy.md', 'catalog.md', 'rollout.md'])('docs/%s', (name) => {
  const all = snippets(name);
  /** The organization's policy of the documentation, under the name that the repository's extends it by. */
  const base = all.find((text) => text.includes('may-override:')) ?? '';

  test('has snippets', () => {
    expect(all.length).toBeGreaterThan(1);
  });

  test.each(all)('the policy loads: %s', async (text) => {
    const loaded = await loadPolicyText(text, { ...world, remote: { 'acme/policies/base-images.yml@v3': base } });
    expect(loaded.ok ? [] : loaded.error.map(formatProblem)).toEqual([]);
  });
});

test('docs/policy.md shows of every key of the schema', () => {
  const text = document('policy.md');
  const schema: unknown = JSON.parse(
    readFileSync(new URL('../../schemas/policy.schema.json', import.meta.url), 'utf8'),
  );
  const keys = new Set<string>();
  const visit = (node: unknown, insideRules: boolean): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      const isProperties = key === 'properties' && typeof value === 'object' && value !== null;
      if (isProperties && !insideRules) for (const property of Object.keys(value)) keys.add(property);
      visit(value, insideRules || key === '$defs');
    }
  };
  visit(schema, false);
  expect([...keys].filter((key) => !text.includes(key))).toEqual([]);
  expect(keys.size).toBeGreaterThan(40);
});

test('links within docs/policy.md lead somewhere', () => {
  const text = document('policy.md');
  const anchors = new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  const broken = [...text.matchAll(/\]\(#([^)]+)\)/g)]
    .map(([, anchor = '']) => anchor)
    .filter((anchor) => !anchors.has(anchor));
  expect(broken).toEqual([]);
});
