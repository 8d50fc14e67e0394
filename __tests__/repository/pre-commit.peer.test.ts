import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { builtBundle } from '../support/process/bundle.js';
import { describeWithPeers } from '../support/process/peers.js';

const POLICY =
  'version: 1\nunverified: warn\ndeny: [{ image: "images.example/legacy/**", reason: no longer maintained }]\n';

describeWithPeers(['pre-commit', 'git'], 'the hooks, as pre-commit runs them', () => {
  let directory: string;
  let hooks: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'pre-commit-'));
    hooks = join(directory, 'hooks');
    mkdirSync(hooks);
    copyFileSync(
      fileURLToPath(new URL('../../.pre-commit-hooks.yaml', import.meta.url)),
      join(hooks, '.pre-commit-hooks.yaml'),
    );
    cpSync(builtBundle(), join(hooks, 'dist'), { recursive: true });
    commit(hooks);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  function git(cwd: string, ...args: readonly string[]): string {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8' }).trim();
  }

  function commit(repository: string): string {
    git(repository, 'init', '--quiet');
    git(repository, 'add', '--all', '--force');
    git(repository, 'commit', '--quiet', '--message', 'all');
    return git(repository, 'rev-parse', 'HEAD');
  }

  function run(files: Readonly<Record<string, string>>) {
    const repository = mkdtempSync(join(directory, 'repository-'));
    const configuration = {
      repos: [
        {
          repo: hooks,
          rev: git(hooks, 'rev-parse', 'HEAD'),
          hooks: [{ id: 'base-image-gate', args: ['--offline'] }, { id: 'base-image-gate-policy' }],
        },
      ],
    };
    // JSON is YAML.
    const all = { '.pre-commit-config.yaml': JSON.stringify(configuration), 'README.md': 'a shop', ...files };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(repository, path)), { recursive: true });
      writeFileSync(join(repository, path), text);
    }
    git(repository, 'init', '--quiet');
    git(repository, 'add', '--all');
    const { status, stdout } = spawnSync('pre-commit', ['run', '--all-files', '--color', 'never'], {
      cwd: repository,
      env: { ...process.env, PRE_COMMIT_HOME: join(directory, 'home') },
      encoding: 'utf8',
    });
    return { status, stdout };
  }

  test('fail for a denied image, and pass without one', () => {
    const denied = run({
      '.github/base-image-gate.yml': POLICY,
      'api/x.containerfile': 'FROM images.example/legacy/a:1\n',
    });
    expect([denied.status, denied.stdout]).toEqual([1, expect.stringContaining('api/x.containerfile')]);
    expect(denied.stdout).toContain('denied-base');
    const fine = run({ '.github/base-image-gate.yml': POLICY, Dockerfile: 'FROM scratch\n' });
    expect([fine.status, fine.stdout]).toEqual([0, expect.not.stringContaining('Failed')]);
  });

  test('fail for a policy that is not valid, and run nothing where no file concerns them', () => {
    const invalid = run({ '.github/base-image-gate.yml': 'version: 2\n' });
    expect([invalid.status, invalid.stdout]).toEqual([1, expect.stringMatching(/base-image-gate\.yml:1:\d+: error/)]);
    expect(run({}).stdout.match(/Skipped/g)).toHaveLength(2);
  });
});
