// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of build files
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { images } from '../../src/cli/images.js';
import { policyInit } from '../../src/cli/policy-init.js';
import { policyValidate } from '../../src/cli/policy-validate.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory, makeRepository } from '../support/process/scratch-repository.js';

const PATH = '.github/base-image-gate.yml';

/** The policy that init writes for a repository; what is read of the repository with that policy. */
async function initialized(files: Readonly<Record<string, string>>) {
  const directory = makeDirectory(files);
  const init = await runCommand(policyInit, directory, '--write');
  expect(init).toMatchObject({ code: 0, stdout: '' });
  expect(await runCommand(policyValidate, directory)).toMatchObject({ code: 0 });
  const listed = await runCommand(images, directory, '--format', 'json');
  const { files: read, uses } = JSON.parse(listed.stdout);
  return { policy: readFileSync(join(directory, PATH), 'utf8'), read, uses, code: listed.code };
}

describe('policy init', () => {
  test.each([
    ['a makefile', 'Makefile', 'all:\n\tdocker build -t myapp-base -f base.Dockerfile .\n', '2'],
    ['a script with an open tag', 'b.sh', 'docker build --tag "myapp-base:$TAG" -f base.Dockerfile .\n', '1'],
    [
      'Compose',
      'compose.yaml',
      'services:\n  b:\n    image: myapp-base\n    build:\n      context: .\n      dockerfile: base.Dockerfile\n',
      '2',
    ],
    ['bake', 'docker-bake.hcl', 'target "b" {\n  dockerfile = "base.Dockerfile"\n  tags = ["myapp-base"]\n}\n', '1'],
    [
      'a workflow',
      '.github/workflows/b.yml',
      'on: push\njobs:\n  b:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          file: base.Dockerfile\n          tags: myapp-base:latest\n',
      '5',
    ],
  ])('proposes a context for an image that %s builds', async (_, path, text, line) => {
    const { policy, uses } = await initialized({
      Dockerfile: 'FROM myapp-base\n',
      'base.Dockerfile': 'FROM alpine:3\n',
      [path]: text,
    });
    expect(policy).toContain(`contexts:\n  # Built by ${path}:${line}.\n  myapp-base: "base.Dockerfile"\n`);
    expect(policy).not.toContain('library/myapp-base');
    expect(uses.map(({ expanded }: { expanded: string }) => expanded)).not.toContain('myapp-base');
  });

  test('proposes no context for a file that builds on the name of its own image', async () => {
    const { policy } = await initialized({
      Dockerfile: 'FROM nginx\n',
      Makefile: 'all:\n\tdocker build -t nginx .\n',
    });
    expect(policy).toContain('docker.io/library/nginx');
    expect(policy).not.toContain('contexts:');
  });

  test('proposes to exclude fragments and test data, and nothing stays unreadable', async () => {
    const { policy, read } = await initialized({
      Dockerfile: 'FROM alpine:3\n',
      'parts/a.Dockerfile': 'RUN x\n',
      'testdata/1/Dockerfile': 'FRM a\n',
      'testdata/bad/a.Dockerfile': 'FROM\n',
      'testdata/bad/b.Dockerfile': 'FROM\n',
      'testdata/bad/c.Dockerfile': 'COPY\n',
    });
    expect(policy).toContain('    - "testdata/bad/**"\n');
    expect(policy).toContain('    - "parts/a.Dockerfile" # ');
    expect(read.filter(({ status }: { status: string }) => status === 'unreadable')).toEqual([]);
  });

  test('never proposes to exclude what a build definition builds', async () => {
    const { policy } = await initialized({
      Dockerfile: 'FROM alpine:3\n',
      'app.Dockerfile': 'FRM a\n',
      Makefile: 'all:\n\tdocker build -f app.Dockerfile .\n',
    });
    expect(policy).not.toContain('exclude:');
  });

  test('proposes a pattern where a host and path repeat, and none over official images', async () => {
    const { policy } = await initialized({
      Dockerfile: ['a', 'b', 'c'].map((name) => `FROM registry.example.com/team/base/${name}\n`).join(''),
      'x.Dockerfile': 'FROM alpine\nFROM debian\nFROM nginx\nFROM quay.io/one/a\nFROM quay.io/two/b\n',
    });
    expect(policy).toContain('  - image: "registry.example.com/team/base/*"\n');
    expect(policy).toContain('  #   registry.example.com/team/base/c\n');
    expect(policy).not.toContain('library/*');
    expect(policy).toContain('  - image: quay.io/two/b\n');
  });

  test('names arguments without a value, with the lines to fill in', async () => {
    const { policy } = await initialized({ 'a/Dockerfile': 'ARG BASE\nARG TAG\nFROM ${BASE}:$TAG\n' });
    expect(policy).toContain('#   build-args:\n#     "a/Dockerfile":\n#       BASE: "…"\n#       TAG: "…"\n');
  });

  test('--write leaves a policy alone that is there', async () => {
    const directory = makeDirectory({ [PATH]: 'version: 1\n', Dockerfile: 'FROM a\n' });
    const { code, stdout, stderr } = await runCommand(policyInit, directory, '--write');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('is there already');
    expect(readFileSync(join(directory, PATH), 'utf8')).toBe('version: 1\n');
  });

  test('--write leaves a policy alone whose name ends in .yaml, which the new one would hide', async () => {
    const yaml = PATH.replace('.yml', '.yaml');
    const directory = makeDirectory({ [yaml]: 'version: 1\n', Dockerfile: 'FROM a\n' });
    expect(await runCommand(policyInit, directory, '--write')).toMatchObject({ code: 3, stdout: '' });
    expect(existsSync(join(directory, PATH))).toBe(false);
    expect((await runCommand(policyInit, directory)).stderr).toContain(`${yaml} is there already`);
  });

  test('--all-files reads what git does not track', async () => {
    const directory = makeRepository({ Dockerfile: 'FROM tracked.example/a\n' });
    writeFileSync(join(directory, 'new.Dockerfile'), 'FROM untracked.example/b\n');
    const [usual, all] = [
      await runCommand(policyInit, directory),
      await runCommand(policyInit, directory, '--all-files'),
    ];
    expect(usual.stderr).toContain('add --all-files');
    expect(usual.stdout).not.toContain('untracked.example/b');
    expect(all.stdout).toContain('untracked.example/b');
  });

  test('--write makes the directory', async () => {
    const directory = makeDirectory({ Dockerfile: 'FROM a\n' });
    expect(existsSync(join(directory, '.github'))).toBe(false);
    expect((await runCommand(policyInit, directory, '--write')).stderr).toContain(`Wrote ${PATH}.`);
    expect(existsSync(join(directory, PATH))).toBe(true);
  });
});

test('a policy that ends in .yaml is found where there is none that ends in .yml', async () => {
  const yaml = '.github/base-image-gate.yaml';
  const excluding = 'version: 1\nfiles: { exclude: [Dockerfile] }\n';
  const statuses = async (files: Readonly<Record<string, string>>) => {
    const { stdout } = await runCommand(
      images,
      makeDirectory({ Dockerfile: 'FROM a\n', ...files }),
      '--format',
      'json',
    );
    return JSON.parse(stdout).files.map(({ status }: { status: string }) => status);
  };
  expect(await statuses({ [yaml]: excluding })).toEqual(['skipped']);
  expect(await statuses({ [yaml]: excluding, [PATH]: 'version: 1\n' })).toEqual(['read']);
});
