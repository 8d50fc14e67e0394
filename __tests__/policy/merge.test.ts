import { describe, expect, test } from '@jest/globals';
import { builtInPolicy } from '../../src/policy/baseline.js';
import { DEFAULT_PLATFORM } from '../../src/references/platform.js';
import { validPolicy } from '../support/load-policy-text.js';

const BASE = 'acme/policies/base-images.yml@v3';
const PATH = '.github/base-image-gate.yml';

/** A policy of `text` on top of `base`, which lets it say everything. */
function layered(base: string, text: string) {
  const overridable = 'may-override: [allow, waivers, registries, profile, files, platforms, contexts, rules, roles]';
  return validPolicy(`version: 1\nextends: ${BASE}\n${text}`, {
    remote: { [BASE]: `version: 1\n${overridable}\n${base}` },
  });
}

describe('a policy of one file', () => {
  test('that says nothing is the built-in one', async () => {
    const { source, ...policy } = await validPolicy('version: 1');
    const { source: _source, ...builtIn } = builtInPolicy();
    expect(policy).toEqual(builtIn);
    expect(source).toMatchObject({ path: PATH, extends: [] });
  });

  test('says of a registry what it says, and nothing more', async () => {
    const { registries } = await validPolicy(
      [
        'version: 1',
        'registries:',
        '  plain.example: {}',
        '  whole.example/prefix/: { private-network: true, insecure: true, token-hosts: [auth.example], mirror-of: docker.io/acme }',
        '  demo.example: { layout: images, private-network: false, insecure: false }',
      ].join('\n'),
    );
    const closed = { privateNetwork: false, insecure: false, tokenHosts: [] };
    expect({ ...registries }).toStrictEqual({
      'plain.example': closed,
      'whole.example/prefix': {
        privateNetwork: true,
        insecure: true,
        tokenHosts: ['auth.example'],
        mirrorOf: 'docker.io/acme',
      },
      'demo.example': { ...closed, layout: 'images' },
    });
  });

  test('says of a waiver what it says, and where', async () => {
    const { waivers } = await validPolicy(
      [
        'version: 1',
        'waivers:',
        '  - { rule: fresh, reason: r, owner: o, expires: 2027-01-31 }',
        '  - { rule: fresh, image: acme/app, file: Dockerfile, vulnerability: CVE-1, reason: s, owner: p, expires: 2027-02-01, covers: indeterminate }',
      ].join('\n'),
    );
    expect(waivers).toStrictEqual([
      { rule: 'fresh', reason: 'r', owner: 'o', expires: '2027-01-31', covers: 'fail', at: at(3) },
      {
        rule: 'fresh',
        image: 'acme/app',
        file: 'Dockerfile',
        vulnerability: 'CVE-1',
        reason: 's',
        owner: 'p',
        expires: '2027-02-01',
        covers: 'indeterminate',
        at: at(4),
      },
    ]);
  });

  const at = (line: number) => ({ file: PATH, line, column: 5 });

  test('changes of a rule what it names', async () => {
    const { rules, roles } = await validPolicy(
      'version: 1\nrules: { fresh: error, minimal: { max-packages: 3 }, denied-base: { on-indeterminate: warn } }\nroles: { build: { rules: { fresh: off } }, copy: {} }',
    );
    expect({ ...rules }).toStrictEqual({
      fresh: { level: 'error', options: {} },
      minimal: { options: { maxPackages: 3 } },
      'denied-base': { onIndeterminate: 'warn', options: {} },
    });
    expect(Object.keys(roles)).toEqual(['build']);
    expect({ ...roles.build }).toStrictEqual({ fresh: { level: 'off', options: {} } });
  });
});

describe('a policy on top of another', () => {
  test('adds to its lists, at their end', async () => {
    const entry = (image: string) => `allow: [{ image: ${image}, signed: false, reason: r }]`;
    const waiver = (file: string) =>
      `waivers: [{ rule: fresh, file: ${file}, reason: r, owner: o, expires: 2027-01-31 }]`;
    const policy = await layered(
      `${entry('a/a')}\n${waiver('a')}\ndeny: [{ image: a/x, reason: r }]`,
      `${entry('b/b')}\n${waiver('b')}\ndeny: [{ image: b/x, reason: r }]`,
    );
    expect(policy.allow.map(({ pattern }) => pattern)).toEqual(['docker.io/a/a', 'docker.io/b/b']);
    expect(policy.waivers.map(({ file }) => file)).toEqual(['a', 'b']);
    expect(policy.deny.map(({ pattern }) => pattern)).toEqual(['a/x', 'b/x']);
  });

  test('replaces what it names and keeps the rest', async () => {
    const base = [
      'profile: strict',
      'platforms: [linux/arm64]',
      'max-waiver-days: 90',
      'files: { include: [a], exclude: [b], targets: { F: [x] }, build-args: { F: { A: "1" } } }',
      'contexts: { one: F }',
      'registries: { one.example: { insecure: true } }',
    ].join('\n');
    const kept = await layered(base, '');
    expect(kept).toMatchObject({
      profile: 'strict',
      platforms: [{ os: 'linux', architecture: 'arm64' }],
      maxWaiverDays: 90,
    });
    expect(kept.files).toMatchObject({ include: ['a'], exclude: ['b'] });
    const changed = await layered(
      base,
      [
        'profile: observe',
        'platforms: [linux/amd64]',
        'max-waiver-days: 30',
        'files: { include: [c], exclude: [d], targets: { G: [y] }, build-args: { G: { B: "2" } } }',
        'contexts: { two: G }',
        'registries: { two.example: {} }',
      ].join('\n'),
    );
    expect(changed).toMatchObject({ profile: 'observe', platforms: [DEFAULT_PLATFORM], maxWaiverDays: 30 });
    expect(changed.files).toMatchObject({ include: ['c'], exclude: ['d'] });
    expect({ ...changed.files.targets }).toEqual({ F: ['x'], G: ['y'] });
    expect({ ...changed.files.buildArgs }).toEqual({ F: { A: '1' }, G: { B: '2' } });
    expect({ ...changed.contexts }).toEqual({ one: 'F', two: 'G' });
    expect(Object.keys(changed.registries)).toEqual(['one.example', 'two.example']);
  });

  test('changes a rule, for all or for a role, option by option', async () => {
    const policy = await layered(
      'rules: { fresh: error, minimal: { level: error, max-packages: 9, min-score: 7 } }\nroles: { build: { rules: { fresh: error } }, final: { rules: { fresh: error } } }',
      'rules: { minimal: { max-packages: 5 } }\nroles: { build: { rules: { minimal: error } } }',
    );
    expect({ ...policy.rules }).toStrictEqual({
      fresh: { level: 'error', options: {} },
      minimal: { level: 'error', options: { maxPackages: 5, minScore: 7 } },
    });
    expect({ ...policy.roles.build }).toStrictEqual({
      fresh: { level: 'error', options: {} },
      minimal: { level: 'error', options: {} },
    });
    expect({ ...policy.roles.final }).toStrictEqual({ fresh: { level: 'error', options: {} } });
  });
});
