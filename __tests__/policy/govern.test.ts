import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { builtInPolicy } from '../../src/policy/baseline.js';
import { deniedBy, governingEntry, policyReference } from '../../src/policy/govern.js';
import { ruleSetting } from '../../src/policy/settings.js';
import { formatReference, parseReference, type Reference } from '../../src/references/reference.js';
import { validPolicy } from '../support/load-policy-text.js';
import { rulesWithOptions } from '../support/rules-with-options.js';

function reference(text: string): Reference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.reason}`);
  return parsed.value;
}

function allowing(...patterns: readonly string[]) {
  const lines = patterns.map((image) => `  - { image: ${JSON.stringify(image)}, signed: false, reason: r }`);
  return validPolicy(['version: 1', 'allow:', ...lines].join('\n'));
}

describe('governingEntry', () => {
  test.each([
    [['ghcr.io/acme/**', 'ghcr.io/acme/base/*'], 'ghcr.io/acme/base/x', 'allow[1]'],
    [['ghcr.io/acme/base/*', 'ghcr.io/acme/**'], 'ghcr.io/acme/base/x', 'allow[0]'],
    [['ghcr.io/acme/**', 'ghcr.io/acme/base/*'], 'ghcr.io/acme/x', 'allow[0]'],
    [['ghcr.io/acme/*', 'ghcr.io/acme/**'], 'ghcr.io/acme/x', 'allow[0]'],
    [['ghcr.io/acme/**', 'ghcr.io/acme/*'], 'ghcr.io/acme/x', 'allow[0]'],
    [['alpine', 'alpine:3.*'], 'alpine:3.20', 'allow[1]'],
    [['alpine', 'alpine:3.*'], 'alpine:edge', 'allow[0]'],
    [['alpine', 'docker.io/library/alpine'], 'index.docker.io/library/alpine', 'allow[0]'],
    [['ghcr.io/acme/**'], 'ghcr.io/acme-evil/x', undefined],
    [['**/x', 'ghcr.io/**'], 'ghcr.io/x', 'allow[1]'],
  ])('of %j governs %s by %s', async (patterns, image, name) => {
    expect(governingEntry(await allowing(...patterns), reference(image))?.name).toBe(name);
  });

  test('a pattern of nothing but wildcards governs what no other does', async () => {
    const policy = await validPolicy('version: 1\nallow: [{ image: "**", signed: false, reason: r }]');
    expect(governingEntry(policy, reference('ghcr.io/a/b'))?.name).toBe('allow[0]');
  });

  test('an entry that cannot be read allows nothing', async () => {
    const policy = await validPolicy('version: 1\nallow: [{ image: acme/app, signed: false, reason: r }]');
    const allow = policy.allow.map((entry) => ({ ...entry, pattern: 'acme/***' }));
    expect(governingEntry({ ...policy, allow }, reference('acme/app'))).toBeNull();
  });

  test('no list allows nothing', () => {
    expect(governingEntry(builtInPolicy(), reference('alpine'))).toBeNull();
  });
});

describe('deniedBy', () => {
  test('deny wins whatever allow says, and gives its reason', async () => {
    const policy = await validPolicy(
      'version: 1\nallow: [{ image: bitnamilegacy/redis, signed: false, reason: r }]\ndeny: [{ image: "bitnamilegacy/**", reason: gone }]',
    );
    expect(deniedBy(policy, reference('bitnamilegacy/redis:7'))).toMatchObject({ reason: 'gone' });
    expect(deniedBy(policy, reference('registry-1.docker.io/bitnamilegacy/redis'))).toMatchObject({ reason: 'gone' });
    expect(deniedBy(policy, reference('bitnami/redis'))).toBeNull();
  });

  test('an entry that cannot be read denies', () => {
    const policy = { ...builtInPolicy(), deny: [{ pattern: 'a b', reason: 'r' }] };
    expect(deniedBy(policy, reference('alpine'))).not.toBeNull();
  });
});

describe('policyReference', () => {
  const world = [
    'version: 1',
    'registries:',
    '  mirror.example.com/dockerhub: { mirror-of: docker.io }',
    '  mirror.example.com/dockerhub/acme: { mirror-of: ghcr.io/acme }',
    '  hub.example.com/mirror/acme: { mirror-of: ghcr.io/acme }',
    '  hub.example.com/mirror: { mirror-of: docker.io }',
    '  mirror.example.com/dockerhub/grafana: { insecure: true }',
    '  quay.example.com: { mirror-of: quay.io }',
    '  plain.example.com: {}',
  ].join('\n');

  test.each([
    ['mirror.example.com/dockerhub/library/alpine:3', 'docker.io/library/alpine:3'],
    ['mirror.example.com/dockerhub/alpine:3', 'docker.io/library/alpine:3'],
    ['MIRROR.example.com/dockerhub/grafana/grafana', 'docker.io/grafana/grafana:latest'],
    ['mirror.example.com/dockerhub/acme/x', 'ghcr.io/acme/x:latest'],
    ['hub.example.com/mirror/acme/x', 'ghcr.io/acme/x:latest'],
    ['hub.example.com/mirror/grafana/x', 'docker.io/grafana/x:latest'],
    ['mirror.example.com/dockerhubx/alpine', 'mirror.example.com/dockerhubx/alpine:latest'],
    ['mirror.example.com/other/alpine', 'mirror.example.com/other/alpine:latest'],
    ['quay.example.com/a/b@sha256:'.concat('a'.repeat(64)), `quay.io/a/b@sha256:${'a'.repeat(64)}`],
    ['plain.example.com/a', 'plain.example.com/a:latest'],
    ['registry-1.docker.io/library/alpine', 'docker.io/library/alpine:latest'],
    ['ghcr.io:443/a/b', 'ghcr.io/a/b:latest'],
    ['alpine', 'docker.io/library/alpine:latest'],
  ])('%s is %s', async (image, seen) => {
    expect(formatReference(policyReference(await validPolicy(world), reference(image)))).toBe(seen);
  });

  test('what is no mirror stays itself, and asking twice changes nothing', async () => {
    const policy = await validPolicy(world);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}$/), (path) => {
        const once = policyReference(policy, reference(`registry.example.org/${path}`));
        expect(formatReference(once)).toBe(`registry.example.org/${path}:latest`);
        expect(policyReference(policy, once)).toEqual(once);
      }),
    );
  });
});

describe('ruleSetting', () => {
  const rule = (id: string) => {
    const found = rulesWithOptions.find((each) => each.id === id);
    if (found === undefined) throw new Error(id);
    return found;
  };

  test.each([
    ['', 'denied-base', 'final', 'error'],
    ['profile: observe', 'denied-base', 'final', 'warning'],
    ['profile: observe', 'pinned-by-digest', 'final', 'note'],
    ['profile: observe\nrules: { denied-base: error }', 'denied-base', 'final', 'error'],
    ['profile: hardened', 'pinned-by-digest', 'final', 'error'],
    ['profile: hardened', 'pinned-by-digest', 'copy', 'error'],
    ['profile: hardened', 'pinned-by-digest', 'build', 'warning'],
    ['profile: strict', 'pinned-by-digest', 'build', 'warning'],
    ['profile: strict', 'pinned-by-digest', 'frontend', 'error'],
    ['profile: hardened\nrules: { pinned-by-digest: note }', 'pinned-by-digest', 'build', 'note'],
    [
      'profile: hardened\nrules: { pinned-by-digest: note }\nroles: { build: { rules: { pinned-by-digest: off } } }',
      'pinned-by-digest',
      'build',
      'off',
    ],
    [
      'profile: hardened\nrules: { pinned-by-digest: note }\nroles: { build: { rules: { pinned-by-digest: off } } }',
      'pinned-by-digest',
      'final',
      'note',
    ],
  ] as const)('%j: %s for %s is %s', async (text, id, role, level) => {
    expect(ruleSetting(await validPolicy(`version: 1\n${text}`), rule(id), role).level).toBe(level);
  });

  test('options of the profile, of rules and of roles are laid over each other', async () => {
    const policy = await validPolicy(
      'version: 1\nrules: { no-known-vulnerabilities: { severity: low, on-indeterminate: warn } }\nroles: { build: { rules: { no-known-vulnerabilities: { grace: 4w, on-indeterminate: fail } } } }',
    );
    const setting = (role: 'build' | 'final') => ruleSetting(policy, rule('no-known-vulnerabilities'), role);
    expect(setting('final')).toEqual({
      level: 'warning',
      heldBack: false,
      decidedBy: 'profile',
      onIndeterminate: 'warn',
      options: { severity: 'low', fixable: true, grace: '7d' },
    });
    expect(setting('build')).toEqual({
      level: 'warning',
      heldBack: false,
      decidedBy: 'profile',
      onIndeterminate: 'fail',
      options: { severity: 'low', fixable: true, grace: '4w' },
    });
  });

  test.each([
    ['profile: observe', true],
    ['profile: baseline', false],
    ['profile: observe\nrules: { denied-base: warning }', false],
    ['profile: observe\nrules: { denied-base: { on-indeterminate: warn } }', true],
    ['profile: observe\nroles: { final: { rules: { denied-base: error } } }', false],
  ])('%j holds back what would be an error: %s', async (text, isHeldBack) => {
    const policy = await validPolicy(`version: 1\n${text}`);
    expect(ruleSetting(policy, rule('denied-base'), 'final').heldBack).toBe(isHeldBack);
  });

  test('observe holds back nothing that is no error without it', async () => {
    const policy = await validPolicy('version: 1\nprofile: observe');
    expect(ruleSetting(policy, rule('no-known-vulnerabilities'), 'final').heldBack).toBe(false);
  });

  test('what a policy sets is what the rule’s own schema takes', async () => {
    const policy = await validPolicy('version: 1\nrules: { minimal: { max-packages: 3, forbidden: [sh] } }');
    const setting = ruleSetting(policy, rule('minimal'), 'final');
    expect(rule('minimal').options.parse(setting.options)).toMatchObject({
      maxPackages: 3,
      forbidden: ['sh'],
      label: 'x',
    });
  });
});
