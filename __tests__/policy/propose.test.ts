// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ImageUse, Role } from '../../src/build-files/image-use.js';
import { loadCatalog } from '../../src/catalog/catalog.js';
import { deniedBy, governingEntry } from '../../src/policy/govern.js';
import { formatProblem } from '../../src/policy/problem.js';
import { proposePolicy } from '../../src/policy/propose.js';
import { DEFAULT_PLATFORM } from '../../src/references/platform.js';
import { parseReference } from '../../src/references/reference.js';
import { rules } from '../../src/rules/index.js';
import { loadPolicyText } from '../support/load-policy-text.js';

function use(image: string, file = 'Dockerfile', role: Role = 'final'): ImageUse {
  const parsed = parseReference(image);
  return {
    id: `${file}:${image}`,
    file,
    instruction: 'FROM',
    stage: { index: 0, name: null },
    role,
    reachable: true,
    platform: null,
    targetPlatforms: [DEFAULT_PLATFORM],
    written: image,
    expanded: image,
    reference: parsed.ok ? parsed.value : null,
    overridable: [],
    line: 1,
    column: 6,
    endLine: 1,
    endColumn: 7,
  };
}

const reading = (uses: readonly ImageUse[]) => ({ uses, files: [], builds: [] });

async function proposed(uses: readonly ImageUse[]) {
  const text = proposePolicy(reading(uses), loadCatalog());
  const loaded = await loadPolicyText(text, { rules });
  if (!loaded.ok) throw new Error(`${text}\n${loaded.error.map(formatProblem).join('\n')}`);
  expect(loaded.value.warnings).toEqual([]);
  return { text, policy: loaded.value.policy };
}

describe('proposePolicy', () => {
  test('shows what a stricter profile asks in vain, with lines that a policy takes', async () => {
    const { text } = await proposed([use('gcr.io/distroless/static:nonroot'), use('alpine:3.20')]);
    expect(text).toContain('# Google distroless publishes no provenance (read 2026-');
    const lines = text.split('\n');
    const start = lines.indexOf('  #   waivers:');
    const end = lines.findIndex((line, index) => index > start && !line.startsWith('  #   '));
    const waivers = lines.slice(start, end).map((line) => line.replace('  #   ', ''));
    const strict = `${text.replace('profile: baseline', 'profile: strict').replace('    # attestations:', '    attestations:')}${waivers.join('\n')}\n`;
    const loaded = await loadPolicyText(strict.replaceAll('YYYY-MM-DD', '2027-01-31'), { rules });
    if (!loaded.ok) throw new Error(loaded.error.map(formatProblem).join('\n'));
    const { policy } = loaded.value;
    expect(policy.waivers).toMatchObject([{ rule: 'provenance-attested', image: 'gcr.io/distroless/static' }]);
    expect(policy.allow.find(({ pattern }) => pattern.startsWith('docker.io'))?.unsignedAttestations).toBe('allow');
  });

  test('says once what holds for many entries, in lines of usual length', async () => {
    const { text } = await proposed([use('alpine'), use('python'), use('gcr.io/distroless/static')]);
    expect(text.match(/# attestations: \{ unsigned: allow \}/g)).toHaveLength(2);
    expect(text.match(/are not signed\. To accept them/g)).toHaveLength(1);
    for (const line of text.split('\n')) if (!line.includes('https://')) expect(line.length).toBeLessThanOrEqual(120);
  });

  test('allows what is used today, and nothing that is abandoned', async () => {
    const uses = [
      use('cgr.dev/chainguard/python:latest', 'services/api/Dockerfile'),
      use('gcr.io/distroless/static:nonroot'),
      use('alpine:3.20', 'a/Dockerfile', 'build'),
      use('ghcr.io/acme/base@sha256:'.concat('a'.repeat(64))),
      use('cgr.dev/acme.com/jdk'),
      use('bitnamilegacy/redis'),
      use('docker/dockerfile:1', 'Dockerfile', 'frontend'),
      use('registry-1.docker.io/grafana/grafana'),
    ];
    const { text, policy } = await proposed(uses);
    for (const { reference, expanded } of uses) {
      if (reference === null) throw new Error(expanded);
      const abandoned = expanded.startsWith('bitnamilegacy');
      const frontend = expanded.startsWith('docker/dockerfile');
      expect(governingEntry(policy, reference) !== null).toBe(!abandoned && !frontend);
      expect(deniedBy(policy, reference) !== null).toBe(abandoned);
    }
    expect(policy.allow.filter(({ signed }) => signed).map(({ publisher }) => publisher)).toEqual([
      'chainguard',
      'distroless',
    ]);
    expect(text).toContain('# Used today: docker.io/bitnamilegacy/redis (Dockerfile).');
    expect(text).toContain('publishes no verifiable signature');
  });

  test('with no use at all, proposes what the catalog can verify', async () => {
    expect((await proposed([])).policy.allow.map(({ publisher }) => publisher)).toContain('chainguard');
  });

  test('names the arguments of images that are not known, and the places where there are none', async () => {
    expect((await proposed([use('$BASE', 'b/Dockerfile')])).text).toContain('#     "b/Dockerfile":\n#       BASE:');
    expect((await proposed([use('A B')])).text).toContain('#   Dockerfile:1');
  });

  test.each([
    ['REPLACE-ME', 'build/a.Dockerfile', true, false, true],
    ['REPLACE-ME', 'Dockerfile', true, false, false],
    ['REPLACE-ME', 'build/a.Dockerfile', true, true, false],
    ['REPLACE-ME', 'build/a.Dockerfile', false, false, false],
    ['a:${TAG}', 'pkg/testdata/Dockerfile.arch', true, false, true],
    ['a:${TAG}', 'pkg/testdata/Dockerfile.arch', true, true, false],
    ['a:${TAG}', 'pkg/Dockerfile.arch', true, false, false],
  ])(
    'proposes to exclude what nothing can build: %s in %s, reachable %j, built %j',
    (image, file, reachable, isBuilt, excluded) => {
      const unresolved = { ...use(image, file), reachable, reference: null, unresolved: 'x' };
      const build = {
        definition: 'b',
        line: 1,
        dockerfile: file,
        context: '.',
        args: {},
        platforms: [],
        contexts: {},
        open: [],
      };
      const text = proposePolicy(
        { uses: [unresolved], files: [{ path: file, status: 'read' }], builds: isBuilt ? [build] : [] },
        loadCatalog(),
      );
      expect(text.includes(`exclude:\n    - "${file}"`)).toBe(excluded);
    },
  );

  test('names the schema where it is reported where that is', () => {
    const text = proposePolicy(reading([]), loadCatalog(), { schemaUrl: 'https://example.com/policy.schema.json' });
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=https://example.com/policy.schema.json');
  });

  test('is the same whatever the order of the uses', () => {
    const uses = [use('b/x', 'z'), use('a/y', 'y'), use('b/x', 'a')];
    expect(proposePolicy(reading(uses), loadCatalog())).toBe(
      proposePolicy(reading([...uses].reverse()), loadCatalog()),
    );
  });

  test('is valid whatever the build files are called and name', async () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,6}$/);
    const image = fc
      .tuple(fc.constantFrom('', 'ghcr.io/', 'quay.io/', 'localhost:5000/', '[::1]:5000/'), component, component)
      .map(([host, owner, name]) => `${host}${owner}/${name}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(image, fc.string()), { maxLength: 6 }), async (pairs) => {
        const { policy } = await proposed(pairs.map(([name, file]) => use(name, file)));
        expect(policy.profile).toBe('baseline');
      }),
      { numRuns: 100 },
    );
  });
});
