import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { loadCatalog } from '../../src/catalog/catalog.js';
import equivalents from '../../src/catalog/equivalents.generated.json' with { type: 'json' };
import { deniedBy, governingEntry, policyReference } from '../../src/policy/govern.js';
import type { Policy } from '../../src/policy/policy.js';
import { parseReference } from '../../src/references/reference.js';
import { allowedBase } from '../../src/rules/allowed-base.js';
import { rules } from '../../src/rules/index.js';
import { adviceOf } from '../../src/suggestions/advice.js';
import { type Proposal, type Proposals, proposalsFor } from '../../src/suggestions/suggestions.js';
import { read } from '../support/image/read-dockerfile.js';
import { validPolicy } from '../support/load-policy-text.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const ORGANIZATION = `- catalog: chainguard-organization
    with: { organization: acme.com, identities: ["https://issuer.enforce.dev/a/b"] }`;

function policyWith(allow: readonly string[], more = '', profile = 'hardened'): Promise<Policy> {
  return validPolicy(`version: 1\nprofile: ${profile}\nallow:\n  ${allow.join('\n  ')}\n${more}`, { rules });
}

/** What is known in the place of the use at an index of a Dockerfile. */
function proposals(policy: Policy, dockerfile: string, index = 0): Proposals {
  const { uses, stages } = read(dockerfile);
  const use = uses[index];
  if (use?.reference === null || use === undefined) throw new Error('no such use');
  return proposalsFor(
    { use, reference: policyReference(policy, use.reference), now: NOW },
    stages,
    policy,
    loadCatalog(),
  );
}

function proposed(policy: Policy, dockerfile: string, index = 0): readonly Proposal[] {
  return proposals(policy, dockerfile, index).proposed;
}

const images = (all: readonly { readonly image: string }[]) => all.map(({ image }) => image);

test('the generated table is what the YAML files say', () => {
  const script = new URL('../../scripts/generate-equivalents.mjs', import.meta.url);
  expect(execFileSync(process.execPath, [script.pathname, '--check']).toString()).toBe('');
});

describe('the table', () => {
  test.each(equivalents.images)(
    'replaces $for with $image, which can be written',
    ({ for: name, image, tag = 'latest', builder }) => {
      const repository = image.replace('{organization}', 'acme');
      for (const one of [tag, builder?.tag ?? tag]) {
        expect(parseReference(`${repository}:${one.replace('{version}', '1')}`)).toMatchObject({ ok: true });
      }
      expect(parseReference(name)).toMatchObject({ ok: true });
      if (!name.startsWith('mcr.microsoft.com/dotnet/')) expect(image).not.toBe(name);
    },
  );
});

describe('every equivalent', () => {
  interface Written {
    readonly publisher: string;
    readonly sources: readonly { readonly repository: string; readonly commit: string }[];
    readonly images: readonly {
      readonly for: string;
      readonly image: string;
      readonly inferred?: boolean;
      readonly basis: string;
    }[];
  }
  const directory = new URL('../../src/catalog/equivalents/', import.meta.url);
  const tables = readdirSync(directory).map((name): Written => parse(readFileSync(new URL(name, directory), 'utf8')));

  test.each(tables.map((table) => [table.publisher, table] as const))(
    'of %s was read at a source that its file lists, with the commit, or says that it was inferred',
    (_, { sources, images: all }) => {
      const read = all.filter(({ inferred }) => inferred !== true);
      const unsourced = read.filter(
        ({ basis }) =>
          !sources.some(
            ({ repository, commit }) =>
              (basis.includes(`${repository} `) || basis.includes(repository)) &&
              basis.includes(`@${commit.slice(0, 12)}`),
          ),
      );
      expect(unsourced.map(({ for: name, image, basis }) => `${name} ${image}: ${basis}`)).toEqual([]);
    },
  );

  const allowed = [...new Set(equivalents.images.map(({ image }) => image))].map(
    (image) => `- { image: "${image.replace('{organization}', 'acme.com')}", signed: false, reason: test }`,
  );
  const allowsAll = policyWith([...allowed, ORGANIZATION], '', 'baseline');

  test.each([...new Set(equivalents.images.map((entry) => entry.for))])(
    'says as which user a stage on %s would run, or that it is not known',
    async (name) => {
      for (const { image, changes } of proposed(await allowsAll, `FROM ${name}\nCMD ["x"]\n`)) {
        expect([image, changes.join('; ')]).toEqual([image, expect.stringMatching(/runs as|user that it runs as/)]);
      }
    },
  );

  test.each([
    ['node:22', 'distroless', 'it has no npm'],
    ['python:3.13', 'distroless', 'its interpreter is in /usr/bin and not in /usr/local/bin'],
    ['golang:1', 'distroless', 'it holds no libc, so programs in it are linked statically'],
    ['nginx:1', 'red-hat-ubi', 'its configuration lies in other places, and it listens on port 8080 (inferred)'],
  ])('of %s from %s says that %s', async (from, publisher, change) => {
    const policy = await policyWith([`- catalog: ${publisher}`], '', 'baseline');
    expect(proposed(policy, `FROM ${from}\nCMD ["x"]\n`).flatMap(({ changes }) => changes)).toContain(change);
  });

  test('for programs in any language has no version of theirs to miss', async () => {
    const policy = await policyWith(['- catalog: distroless'], '', 'baseline');
    const changes = proposed(policy, 'FROM golang:1.22\nCMD ["/app"]\n').flatMap((one) => one.changes);
    expect(changes.join()).not.toContain('version');
  });

  test('whose user was concluded says so', async () => {
    const policy = await policyWith(
      ['- { image: "registry.suse.com/**", signed: false, reason: test }'],
      '',
      'baseline',
    );
    expect(proposed(policy, 'FROM alpine/git:2\nUSER 1\n')[0]?.changes).toContain('it runs as root (inferred)');
  });
});

describe('the variant that a stage needs', () => {
  test('is the plain one where nothing is run', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    expect(images(proposed(policy, 'FROM python:3\nCOPY . .\nCMD ["app.py"]\n'))).toEqual([
      'cgr.dev/chainguard/python:latest',
    ]);
  });

  test('is the builder where a build stage runs a shell', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    const file = 'FROM python:3 AS b\nRUN pip install x\nFROM scratch\nCOPY --from=b /app /app\n';
    expect(images(proposed(policy, file))).toEqual(['cgr.dev/chainguard/python:latest-dev']);
  });

  test('is the builder where only a stage built on it runs something', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    const file = 'FROM python:3 AS a\nFROM a AS b\nRUN pip install x\nFROM scratch\nCOPY --from=b /app /app\n';
    expect(images(proposed(policy, file))).toEqual(['cgr.dev/chainguard/python:latest-dev']);
  });

  test('is the plain one in exec form, unless it calls a package manager', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    const tail = 'FROM scratch\nCOPY --from=b /app /app\n';
    expect(images(proposed(policy, `FROM python:3 AS b\nRUN ["python", "x"]\n${tail}`))).toEqual([
      'cgr.dev/chainguard/python:latest',
    ]);
    expect(images(proposed(policy, `FROM python:3 AS b\nRUN ["/usr/bin/apt-get", "update"]\n${tail}`))).toEqual([
      'cgr.dev/chainguard/python:latest-dev',
    ]);
    expect(images(proposed(policy, `FROM python:3 AS b\nRUN <<EOF\napt-get update\nEOF\n${tail}`))).toEqual([
      'cgr.dev/chainguard/python:latest-dev',
    ]);
  });

  const SHELLS: readonly (readonly [name: string, instructions: string])[] = [
    ['calls a shell in exec form', 'RUN ["/bin/sh", "-c", "make"]'],
    ['calls a shell through env', 'RUN ["/usr/bin/env", "A=b", "bash", "-c", "make"]'],
    ['calls a script in exec form', 'RUN ["./install.sh"]'],
    ['calls a shell through an init', 'RUN ["tini", "--", "sh", "x"]'],
    ['says which shell it uses', 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN ["python", "x"]'],
    ['leaves a trigger in shell form', 'ONBUILD RUN make'],
    ['leaves a trigger that calls a shell', 'ONBUILD RUN ["sh", "-c", "make"]'],
    ['gives the shell form flags', 'RUN --network=none make'],
  ];
  test.each(SHELLS)('is the builder where a build stage %s', async (_, instructions) => {
    const policy = await policyWith(['- catalog: chainguard']);
    const file = `FROM python:3 AS b\n${instructions}\nFROM scratch\nCOPY --from=b /app /app\n`;
    expect(images(proposed(policy, file))).toEqual(['cgr.dev/chainguard/python:latest-dev']);
  });

  test.each([
    'RUN ["python", "sh.py"]',
    'ONBUILD RUN ["python", "x"]',
    'ONBUILD RUN --mount=type=cache,target=/x ["python", "x"]',
    'HEALTHCHECK NONE',
  ])('is the plain one with %s', async (instructions) => {
    const policy = await policyWith(['- catalog: chainguard']);
    const file = `FROM python:3 AS b\n${instructions}\nFROM scratch\nCOPY --from=b /app /app\n`;
    expect(images(proposed(policy, file))).toEqual(['cgr.dev/chainguard/python:latest']);
  });

  test.each([
    ['CMD python app.py', 'it has no shell, so ENTRYPOINT, CMD and HEALTHCHECK need the exec form'],
    ['HEALTHCHECK CMD python probe.py', 'it has no shell, so ENTRYPOINT, CMD and HEALTHCHECK need the exec form'],
    ['ENTRYPOINT ["/start.sh"]', 'it has no shell, and ENTRYPOINT, CMD or HEALTHCHECK start one'],
    [
      'HEALTHCHECK --interval=5s CMD ["sh", "-c", "x"]',
      'it has no shell, and ENTRYPOINT, CMD or HEALTHCHECK start one',
    ],
    ['CMD ["app.py"]', 'it has no shell'],
  ])('has no shell for %s', async (instruction, change) => {
    const policy = await policyWith(['- catalog: chainguard']);
    expect(proposed(policy, `FROM python:3\n${instruction}\n`)[0]?.changes).toContain(change);
  });

  test('runs as root only where no USER follows', async () => {
    const policy = await policyWith(['- catalog: chainguard'], '', 'baseline');
    const changes = (more: string) => proposed(policy, `FROM golang:1\n${more}CMD ["x"]\n`)[0]?.changes.join('; ');
    expect(changes('')).toContain('it runs as root, so the stage needs a USER');
    expect(changes('USER 1000\n')).toContain('it runs as root');
    expect(changes('USER 1000\n')).not.toContain('needs a USER');
  });

  test('says what is not known of an image', async () => {
    const policy = await policyWith([ORGANIZATION]);
    expect(proposed(policy, 'FROM hashicorp/vault:1\nCMD ["server"]\n')).toEqual([
      expect.objectContaining({
        inferred: true,
        changes: ['whether it has a shell is not known', 'the user that it runs as is not known'],
      }),
    ]);
  });

  test('ships as the plain one where the policy wants no package manager, with the builder for a stage before it', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    const [proposal] = proposed(policy, 'FROM python:3\nRUN apt-get install x\nCMD python app.py\n');
    expect(proposal?.image).toBe('cgr.dev/chainguard/python:latest');
    expect(proposal?.changes).toEqual([
      'its tag follows the newest version and not 3',
      'RUN belongs in a stage of its own on cgr.dev/chainguard/python:latest-dev, and what it makes is copied',
      'it has no shell, so ENTRYPOINT, CMD and HEALTHCHECK need the exec form',
      'it runs as 65532',
      'its entrypoint is `/usr/bin/python`, so CMD gives arguments to that',
    ]);
    const lenient = await policyWith(['- catalog: chainguard'], '', 'baseline');
    expect(images(proposed(lenient, 'FROM python:3\nRUN apt-get install x\n'))).toEqual([
      'cgr.dev/chainguard/python:latest-dev',
    ]);
  });

  test('of a base with a package manager is not proposed for shipping', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    expect(images(proposed(policy, 'FROM ubuntu:24.04\nRUN apt-get update\n'))).toEqual([]);
    const file = 'FROM ubuntu:24.04 AS b\nRUN apt-get update\nFROM scratch\nCOPY --from=b /app /app\n';
    expect(images(proposed(policy, file))).toEqual(['cgr.dev/chainguard/wolfi-base:latest']);
  });

  test('for what is only copied from is the plain one', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    const file = 'FROM scratch\nCOPY --from=node:22 /usr/local/bin/node /\nRUN x\n';
    expect(proposed(policy, file)).toEqual([
      expect.objectContaining({
        image: 'cgr.dev/chainguard/node:latest',
        changes: expect.arrayContaining(['paths in it may differ from those that are copied']),
      }),
    ]);
  });
});

describe('the version line', () => {
  const cases: readonly (readonly [from: string, allow: string, image: string])[] = [
    ['python:3.12.4-slim', '- { image: "dhi.io/**", signed: false, reason: test }', 'dhi.io/python:3.12-debian13'],
    ['python:3', '- { image: "dhi.io/**", signed: false, reason: test }', 'dhi.io/python:3-debian13'],
    ['python', '- { image: "dhi.io/**", signed: false, reason: test }', 'dhi.io/python:3-debian13'],
    ['python:3.12', ORGANIZATION, 'cgr.dev/acme.com/python:3.12'],
    ['node:22-alpine', '- catalog: distroless', 'gcr.io/distroless/nodejs22-debian13:nonroot'],
    ['node:18', '- catalog: distroless', 'gcr.io/distroless/nodejs26-debian13:nonroot'],
    ['eclipse-temurin:21-jre', '- catalog: distroless', 'gcr.io/distroless/java21-debian13:nonroot'],
    [
      'eclipse-temurin:21-jre',
      '- { image: "dhi.io/**", signed: false, reason: test }',
      'dhi.io/eclipse-temurin:21-debian13',
    ],
    ['ruby:3.3', '- catalog: red-hat-ubi', 'registry.access.redhat.com/ubi9/ruby-33'],
  ];
  test.each(cases)('of %s is kept under %s', async (from, allow, image) => {
    expect(images(proposed(await policyWith([allow], '', 'baseline'), `FROM ${from}\n`))).toContain(image);
  });

  test('says where it is another one', async () => {
    const policy = await policyWith(['- catalog: distroless'], '', 'baseline');
    expect(proposed(policy, 'FROM node:18\n')[0]?.changes[0]).toBe('it is of another version than 18');
    expect(proposed(policy, 'FROM node:22\n')[0]?.changes.join()).not.toContain('version');
  });

  test.each([
    ['python:3.7', 'dhi.io/python:3-debian13', 'its tag follows the newest 3 and not 3.7'],
    ['python:3', 'dhi.io/python:3-debian13', undefined],
    ['golang:1.17', 'registry.suse.com/bci/golang', 'its tag follows the newest version and not 1.17'],
    ['golang', 'registry.suse.com/bci/golang', undefined],
    ['node:14', 'dhi.io/node:26-debian13', 'it is of another version than 14'],
    ['golang:1.17', 'dhi.io/static:20250419-glibc-debian13', undefined],
  ])('%s and %s: says what the tag leads to', async (from, image, words) => {
    const policy = await policyWith(['- catalog: docker-hardened', '- catalog: suse-bci'], '', 'baseline');
    const found = proposed(policy, `FROM ${from}\n`).find((one) => one.image === image);
    expect(found?.changes.filter((change) => /version|newest/.test(change))).toEqual(
      words === undefined ? [] : [words],
    );
  });
});

describe('what would itself fail is never proposed', () => {
  const everything = equivalents.images.map(({ image }) => image.replace('{organization}', 'acme.com'));
  const patterns = fc.uniqueArray(
    fc.constantFrom(
      ...everything,
      'cgr.dev/**',
      'dhi.io/**',
      'gcr.io/distroless/*:nonroot',
      'registry.suse.com/bci/*',
      'cgr.dev/chainguard/*:*-dev',
    ),
    { maxLength: 6 },
  );
  const names = [...new Set(equivalents.images.map((entry) => entry.for))];

  test('whatever is allowed and denied', async () => {
    await fc.assert(
      fc.asyncProperty(
        patterns,
        patterns,
        fc.constantFrom(...names),
        fc.constantFrom('', ':3', ':latest', ':1.2.3-x'),
        fc.constantFrom('', 'RUN x\n', 'RUN apt-get update\n'),
        fc.constantFrom('hardened', 'strict', 'baseline'),
        async (allow, deny, name, tag, run, profile) => {
          const lines = allow.map((image) => `- { image: "${image}", signed: false, reason: test }`);
          const denied = deny.map((image) => `  - { image: "${image}", reason: test }\n`).join('');
          const policy = await policyWith(
            [...lines, '- catalog: chainguard', ORGANIZATION],
            denied === '' ? '' : `deny:\n${denied}`,
            profile,
          );
          const all = proposed(policy, `FROM ${name}${tag}\n${run}`).flatMap(({ image, changes }) => [
            image,
            // The image of the stage that is to run things is proposed as well.
            ...changes.flatMap((change) => /^RUN belongs in a stage of its own on ([^ ,]+),/.exec(change)?.[1] ?? []),
          ]);
          for (const image of all) {
            const reference = parseReference(image);
            if (!reference.ok) throw new Error(image);
            expect(deniedBy(policy, reference.value)).toBeNull();
            expect(governingEntry(policy, reference.value)).not.toBeNull();
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('nor what nobody could verify', async () => {
    const kms = '- { image: dhi.io/**, authorities: [{ key: { kms: "awskms:///alias/base" } }] }';
    expect(proposals(await policyWith([kms]), 'FROM python:3\n')).toMatchObject({
      proposed: [],
      leftOut: [{ image: 'dhi.io/python:3-debian13', because: expect.stringContaining('allow[0] names no signer') }],
    });
    // By the catalog's own key its signatures can be.
    const policy = await policyWith(['- image: dhi.io/**']);
    expect(images(proposed(policy, 'FROM python:3\n'))).toEqual(['dhi.io/python:3-debian13']);
  });

  test('nor a builder that is denied, where the policy wants tools in a stage of their own', async () => {
    const deny = 'deny:\n  - { image: "cgr.dev/chainguard/*:*-dev", reason: tools }\n';
    const file = 'FROM python:3\nRUN pip install x\n';
    const policy = await policyWith(['- catalog: chainguard'], deny);
    expect(proposals(policy, file)).toMatchObject({ proposed: [], leftOut: [] });
    const narrow = await policyWith(['- image: cgr.dev/chainguard/*:latest']);
    expect(proposals(narrow, file)).toMatchObject({ proposed: [], leftOut: [] });
    expect(images(proposed(narrow, 'FROM python:3\nCMD ["x"]\n'))).toEqual(['cgr.dev/chainguard/python:latest']);
  });

  test('nor a builder whose signature nobody could verify', async () => {
    const policy = await policyWith([
      '- image: cgr.dev/chainguard/*:latest',
      '- { image: "cgr.dev/chainguard/*:latest-dev", authorities: [{ key: { kms: "awskms:///alias/x" } }] }',
    ]);
    expect(proposals(policy, 'FROM python:3\nRUN pip install x\n').proposed).toEqual([]);
  });

  test('nor what has no attestation that the policy asks for', async () => {
    const file = 'FROM node:22\nCMD ["x"]\n';
    const distroless = await policyWith(['- catalog: distroless']);
    expect(proposals(distroless, file)).toMatchObject({
      proposed: [],
      leftOut: [
        {
          image: 'gcr.io/distroless/nodejs22-debian13:nonroot',
          because: expect.stringContaining('attests no provenance'),
        },
      ],
    });
    const without = 'rules: { provenance-attested: off }\n';
    expect(images(proposed(await policyWith(['- catalog: distroless'], without), file))).toEqual([
      'gcr.io/distroless/nodejs22-debian13:nonroot',
    ]);
    const unsigned = ['- { image: "dhi.io/**", signed: false, reason: test }'];
    expect(proposals(await policyWith(unsigned), file)).toMatchObject({
      proposed: [],
      leftOut: [{ because: expect.stringContaining('for the SBOM') }],
    });
    const onItsWord = ['- { image: "dhi.io/**", signed: false, reason: test, attestations: { unsigned: allow } }'];
    expect(images(proposed(await policyWith(onItsWord), file))).toEqual(['dhi.io/node:22-debian13']);
  });

  test('nor what has tools that the policy refuses in what ships', async () => {
    const policy = await policyWith(['- catalog: chainguard'], '', 'strict');
    expect(proposals(policy, 'FROM node:22\nCMD ["x"]\n')).toMatchObject({
      proposed: [],
      leftOut: [{ image: 'cgr.dev/chainguard/node:latest', because: 'it has a shell' }],
    });
  });

  test('nor anything for a frontend, on which nothing is built', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    const { uses, stages } = read('# syntax=docker/dockerfile:1\nFROM scratch\n');
    const [use] = uses;
    if (use === undefined) throw new Error('no use');
    const python = parseReference('python:3');
    if (!python.ok) throw new Error('no reference');
    expect(proposalsFor({ use, reference: python.value, now: NOW }, stages, policy, loadCatalog()).proposed).toEqual(
      [],
    );
  });

  test('nor what the policy knows no organization for', async () => {
    const policy = await policyWith(['- { image: "cgr.dev/**", signed: false, reason: test }']);
    expect(images(proposed(policy, 'FROM httpd:2\n'))).toEqual([]);
  });

  test('nor anything for an image that no publisher is known to replace', async () => {
    const policy = await policyWith(['- catalog: chainguard']);
    expect(proposed(policy, 'FROM registry.example.com/mine:1\n')).toEqual([]);
  });
});

describe('a finding of allowed-base', () => {
  test('names what would be allowed, and says of what is inferred that it is', async () => {
    const policy = await policyWith(['- catalog: chainguard', '- catalog: distroless']);
    const { uses, stages, file } = read('FROM debian:13\nCOPY app /app\n');
    const [use] = uses;
    if (use === undefined) throw new Error('no use');
    const result = allowedBase.evaluate(
      {
        use,
        file,
        stages,
        reference: use.reference,
        policy,
        entry: null,
        publisher: null,
        now: new Date(0),
        waiverOf: () => null,
      },
      {},
    );
    expect(result).toMatchObject({
      outcome: 'fail',
      fix: expect.stringMatching(/^Build on cgr\.dev\/chainguard\/static:latest \(inferred\) .*fix --pin --write/),
      details: [
        'would be allowed: cgr.dev/chainguard/static:latest (Chainguard (free images), final stage for compiled programs, inferred): it has no shell; it runs as 65532; it holds no libc, so programs in it are linked statically',
        'not proposed: cgr.dev/chainguard/wolfi-base:latest, because it has a package manager (apk)',
        'not proposed: gcr.io/distroless/base-debian13:nonroot, because Google distroless attests no provenance, which the policy requires',
      ],
    });
  });

  test('says nothing of a digest where the policy asks for none', () => {
    const one: Proposal = { image: 'a.test/b:1', publisher: 'A', inferred: false, changes: [] };
    expect(adviceOf({ proposed: [one], leftOut: [], toBePinned: false }, false).fix).toMatch(
      /^Build on a\.test\/b:1, (?!.*digest)/,
    );
  });

  test('never claims that an image would pass', () => {
    const one: Proposal = { image: 'a.test/b:1', publisher: 'A', inferred: false, changes: [] };
    expect(JSON.stringify(adviceOf({ proposed: [one], leftOut: [], toBePinned: true }, false))).not.toMatch(/pass/);
  });

  test('asks for an entry where nothing would be allowed', () => {
    expect(adviceOf({ proposed: [], leftOut: [], toBePinned: true }, false)).toEqual({
      fix: expect.stringContaining('that the allowlist names'),
    });
  });
});

describe('a runtime past its end', () => {
  const dockerfile = 'FROM python:3.7 AS build\nRUN pip list\nFROM node:14\nCOPY --from=build /a /b\n';

  test('is not proposed where the policy wants what ships to be supported, and the reason is reported', async () => {
    const policy = await policyWith([ORGANIZATION]);
    expect(proposals(policy, dockerfile, 1)).toMatchObject({
      proposed: [],
      leftOut: [{ image: 'cgr.dev/acme.com/node:14', because: 'Node.js 14 was supported until 2023-04-30' }],
    });
    // In a stage that only builds, it is a warning.
    expect(images(proposed(policy, dockerfile))).toEqual(['cgr.dev/acme.com/python:3.7-dev']);
    expect(images(proposed(await policyWith([ORGANIZATION], '', 'baseline'), dockerfile, 1))).toHaveLength(1);
  });

  test('is proposed where the policy says that it is supported for longer, or where it still is', async () => {
    const longer = await policyWith(
      [ORGANIZATION],
      'rules: { supported: { last-days: { "nodejs 14": "2027-01-31" } } }',
    );
    expect(images(proposed(longer, dockerfile, 1))).toEqual(['cgr.dev/acme.com/node:14']);
    expect(images(proposed(await policyWith([ORGANIZATION]), 'FROM node:24\n'))).toEqual(['cgr.dev/acme.com/node:24']);
  });
});
