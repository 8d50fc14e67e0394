import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/policy/problem.js';
import { formatPlatform } from '../../src/references/platform.js';
import { policyProblems, validPolicy } from '../support/load-policy-text.js';

const BASE = 'acme/policies/base-images.yml@v3';

/** Loads `text` on top of `base`, an organization's policy in another repository. */
function extending(base: string, text: string) {
  return [`version: 1\nextends: ${BASE}\n${text}`, { remote: { [BASE]: `version: 1\n${base}` } }] as const;
}

describe('a policy that extends another may tighten it', () => {
  test.each([
    ['', 'deny: [{ image: evil/x, reason: r }]'],
    ['rules: { fresh: warning }', 'rules: { fresh: error }'],
    ['rules: { fresh: { level: error, max-age: 30d } }', 'rules: { fresh: { max-age: 2w } }'],
    ['rules: { fresh: { level: error, max-age: 30d } }', 'rules: { fresh: { max-age: 720h } }'],
    ['', 'rules: { fresh: { level: error, max-age: 90d } }'],
    ['', 'rules: { no-known-vulnerabilities: { severity: medium } }'],
    ['', 'rules: { no-known-vulnerabilities: { fixable: false, grace: 0d } }'],
    [
      'rules: { no-known-vulnerabilities: { on-indeterminate: warn } }',
      'rules: { no-known-vulnerabilities: { on-indeterminate: fail } }',
    ],
    [
      'profile: hardened',
      'rules: { minimal: { max-packages: 10, min-score: 7, forbidden: [curl, wget], allowed: [a], label: x } }',
    ],
    ['profile: hardened', 'roles: { build: { rules: { pinned-by-digest: error } } }'],
    ['max-waiver-days: 90', 'max-waiver-days: 30'],
    ['max-waiver-days: 90', 'max-waiver-days: 90'],
    ['', 'unverified: fail'],
    ['unverified: warn', 'unverified: fail'],
    [
      'rules: { no-known-vulnerabilities: { on-indeterminate: warn } }',
      'rules: { no-known-vulnerabilities: { on-indeterminate: warn, grace: 1d } }',
    ],
    ['', 'may-override: [allow]'],
    ['profile: hardened', 'rules: { pinned-by-digest: error }'],
  ])('base %j, then %j', async (base, text) => {
    const [own, world] = extending(base, text);
    await expect(validPolicy(own, world)).resolves.toMatchObject({
      source: { extends: [{ name: BASE, commit: 'v3'.padEnd(40, '0') }] },
    });
  });

  test.each([
    ['', 'allow: [{ image: a/b, signed: false, reason: r }]', 'allow', `"allow" can't be set`],
    ['', 'waivers: [{ rule: fresh, image: a/b, reason: r, owner: o, expires: 2027-01-31 }]', 'waivers', '"waivers"'],
    ['', 'registries: { a.example: { insecure: true } }', 'registries', '"registries"'],
    ['', 'profile: strict', 'profile', '"profile"'],
    ['', 'files: { exclude: ["**"] }', 'files', '"files"'],
    ['', 'platforms: [linux/arm64]', 'platforms', '"platforms"'],
    ['', 'contexts: { a: b }', 'contexts', '"contexts"'],
    ['', 'trusted-root: t.json', 'trusted-root', ''],
    ['max-waiver-days: 30', 'max-waiver-days: 31', 'max-waiver-days', '"max-waiver-days"'],
    ['', 'unverified: warn', 'unverified', '"unverified"'],
    ['unverified: fail', 'unverified: warn', 'unverified', '"unverified"'],
    ['', 'max-waiver-days: 181', 'max-waiver-days', '"max-waiver-days"'],
    ['', 'vulnerability-feeds: [chainguard]', 'vulnerability-feeds', '"vulnerability-feeds"'],
    ['rules: { fresh: error }', 'rules: { fresh: warning }', 'rules.fresh', 'level from error to warning'],
    ['profile: hardened', 'rules: { pinned-by-digest: warning }', 'rules.pinned-by-digest', 'error to warning'],
    ['profile: hardened', 'roles: { final: { rules: { fresh: off } } }', 'roles.final.rules.fresh', 'warning to off'],
    [
      'rules: { fresh: { level: error, max-age: 7d } }',
      'rules: { fresh: { max-age: 8d } }',
      'rules.fresh',
      'max-age from "7d" to "8d"',
    ],
    [
      '',
      'rules: { no-known-vulnerabilities: { severity: critical } }',
      'rules.no-known-vulnerabilities',
      'severity from "high"',
    ],
    [
      '',
      'rules: { no-known-vulnerabilities: { on-indeterminate: warn } }',
      'rules.no-known-vulnerabilities',
      'from fail to warn',
    ],
    [
      'rules: { no-known-vulnerabilities: { fixable: false } }',
      'rules: { no-known-vulnerabilities: { fixable: true } }',
      'rules.no-known-vulnerabilities',
      'fixable',
    ],
    ['profile: hardened', 'rules: { minimal: { max-packages: 101 } }', 'rules.minimal', 'max-packages from 100 to 101'],
    ['profile: hardened', 'rules: { minimal: { min-score: 4 } }', 'rules.minimal', 'min-score'],
    ['profile: hardened', 'rules: { minimal: { forbidden: [wget] } }', 'rules.minimal', 'forbidden'],
    ['profile: hardened', 'rules: { minimal: { allowed: [a, b, c] } }', 'rules.minimal', 'allowed'],
    ['profile: hardened', 'rules: { minimal: { label: y } }', 'rules.minimal', 'label'],
    [
      'rules: { fresh: error }\nroles: { build: { rules: { fresh: error } } }',
      'roles: { build: { rules: { fresh: warning } } }',
      'roles.build.rules.fresh',
      'error to warning',
    ],
  ])('and nothing else: base %j, then %j', async (base, text, key, words) => {
    const [own, world] = extending(base, text);
    const problems = await policyProblems(own, { ...world, files: { 't.json': '{}' } });
    const found = problems.find((problem) => problem.code === 'not-overridable');
    expect(found).toMatchObject({ key, severity: 'error', file: '.github/base-image-gate.yml' });
    expect(found?.message).toContain(words);
    const listed = key.replace(/^roles\.\w+\./, '');
    expect(found?.fix).toContain(`owners of ${BASE} list "${listed}" under`);
  });

  test.each([
    ['allow', 'allow: [{ image: a/b, signed: false, reason: r }]'],
    ['waivers', 'waivers: [{ rule: fresh, image: a/b, reason: r, owner: o, expires: 2027-01-31 }]'],
    ['registries', 'registries: { a.example: { insecure: true } }'],
    ['profile', 'profile: observe'],
    ['files', 'files: { exclude: ["**"] }'],
    ['platforms', 'platforms: [linux/arm64]'],
    ['contexts', 'contexts: { a: b }'],
    ['max-waiver-days', 'max-waiver-days: 365'],
    ['unverified', 'unverified: warn'],
    ['vulnerability-feeds', 'vulnerability-feeds: [chainguard]'],
    ['rules', 'rules: { denied-base: off }'],
    ['rules.denied-base', 'rules: { denied-base: off }'],
    ['rules.denied-base', 'roles: { build: { rules: { denied-base: off } } }'],
    ['roles', 'roles: { build: { rules: { denied-base: off } } }'],
  ])('unless may-override lists it: %s', async (key, text) => {
    const [own, world] = extending(`may-override: [${key}]`, text);
    await expect(validPolicy(own, world)).resolves.toBeDefined();
  });

  test('may-override of one rule is not that of another', async () => {
    const [own, world] = extending('may-override: [rules.fresh]', 'rules: { denied-base: warning }');
    expect(await policyProblems(own, world)).toMatchObject([{ key: 'rules.denied-base' }]);
  });
});

describe('what comes out', () => {
  test('lists grow, maps are merged, the rest is replaced', async () => {
    const [own, world] = extending(
      [
        'may-override: [allow, registries, contexts, platforms]',
        'allow: [{ image: acme/a, signed: false, reason: r }]',
        'deny: [{ image: evil/a, reason: r }]',
        'registries: { a.example: { insecure: true } }',
        'contexts: { a: x, b: y }',
        'platforms: [linux/amd64]',
        'rules: { fresh: { level: error, max-age: 30d } }',
      ].join('\n'),
      [
        'allow: [{ image: acme/b, signed: false, reason: r }]',
        'deny: [{ image: evil/b, reason: r }]',
        'registries: { b.example: { private-network: true } }',
        'contexts: { b: z }',
        'platforms: [linux/arm64]',
        'rules: { fresh: { max-age: 7d } }',
      ].join('\n'),
    );
    const policy = await validPolicy(own, world);
    expect(policy.allow.map(({ pattern }) => pattern)).toEqual(['docker.io/acme/a', 'docker.io/acme/b']);
    expect(policy.allow.map(({ at }) => at?.file)).toEqual([BASE, '.github/base-image-gate.yml']);
    expect(policy.deny.map(({ pattern }) => pattern)).toEqual(['evil/a', 'evil/b']);
    expect(Object.keys(policy.registries)).toEqual(['a.example', 'b.example']);
    expect(policy.contexts).toEqual({ a: 'x', b: 'z' });
    expect(policy.platforms.map(formatPlatform)).toEqual(['linux/arm64']);
    expect(policy.rules['fresh']).toEqual({ level: 'error', options: { maxAge: '7d' } });
  });

  test('key files are read from the repository of the policy that names them', async () => {
    const own = `version: 1\nextends: ${BASE}`;
    const base = 'version: 1\ntrusted-root: keys/root.json';
    const world = {
      remote: { [BASE]: base, 'acme/policies/keys/root.json': '{"of":"acme"}' },
      files: { 'keys/root.json': '{}' },
    };
    const policy = await validPolicy(own, world);
    expect(policy.trustedRoot).toBe('{"of":"acme"}');
    expect(policy.dependsOn).toEqual([]);
  });

  test('a path is read from the same repository, and is part of what the policy depends on', async () => {
    const files = {
      'policies/base.yml': 'version: 1\nprofile: strict',
      '.github/near.yml': 'version: 1\nprofile: hardened',
    };
    const far = await validPolicy('version: 1\nextends: policies/base.yml', { files });
    expect(far).toMatchObject({ profile: 'strict', dependsOn: ['policies/base.yml'] });
    expect((await validPolicy('version: 1\nextends: ./near.yml', { files })).profile).toBe('hardened');
  });

  test('a problem in the extended policy is reported with its name', async () => {
    const [own, world] = extending('profil: x', '');
    expect(formatProblem((await policyProblems(own, world))[0] ?? fail())).toContain(`${BASE}:2:1: error: "profil"`);
  });

  function fail(): never {
    throw new Error('there is no problem');
  }

  test('a policy in the middle cannot give away what it was not given', async () => {
    const outer = 'acme/policies/outer.yml@v1';
    const remote = {
      [outer]: 'version: 1\nmay-override: [rules]',
      [BASE]: `version: 1\nextends: ${outer}\nmay-override: [allow, rules.fresh]`,
    };
    const own = (text: string) => `version: 1\nextends: ${BASE}\n${text}`;
    await expect(validPolicy(own('rules: { fresh: off }'), { remote })).resolves.toBeDefined();
    expect(await policyProblems(own('allow: [{ catalog: verified }]'), { remote })).toMatchObject([{ key: 'allow' }]);
    expect(await policyProblems(own('rules: { denied-base: off }'), { remote })).toMatchObject([
      { key: 'rules.denied-base' },
    ]);
  });
});

describe('what cannot be extended', () => {
  test.each([
    ['acme/policies/none.yml@v1', 'answered 404'],
    ['policies/none.yml', 'no such file'],
    ['../../outside.yml', 'neither a path'],
    ['/etc/passwd', 'neither a path'],
    ['https://example.com/policy.yml', 'neither a path'],
    ['acme/policies@v1', 'neither a path'],
    ['acme/policies/../x.yml@v1', 'neither a path'],
    ['acme/policies/x.yml@', 'neither a path'],
    ['acme/policies/x.yml@a..b', 'neither a path'],
    ['acme/policies/x.yml@-x', 'neither a path'],
    ['.github/base-image-gate.yml', 'extends this policy in turn'],
  ])('%s is refused', async (target, words) => {
    const text = `version: 1\nextends: ${JSON.stringify(target)}`;
    const [problem] = await policyProblems(text, { files: { '.github/base-image-gate.yml': text } });
    expect(problem).toMatchObject({ code: 'cannot-extend', line: 2, column: 10 });
    expect(problem?.message).toContain(words);
  });

  test('a circle over two repositories, and a chain without end', async () => {
    const remote = {
      'a/b/x.yml@v1': 'version: 1\nextends: a/b/y.yml@v1',
      'a/b/y.yml@v1': 'version: 1\nextends: a/b/x.yml@v1',
      ...Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [
          `a/b/${index}.yml@v1`,
          `version: 1\nextends: a/b/${index + 1}.yml@v1`,
        ]),
      ),
    };
    const circle = await policyProblems('version: 1\nextends: a/b/x.yml@v1', { remote });
    expect(circle[0]?.message).toContain('extends this policy in turn');
    const chain = await policyProblems('version: 1\nextends: a/b/0.yml@v1', { remote });
    expect(chain[0]?.message).toContain('more than 5 times');
  });
});
