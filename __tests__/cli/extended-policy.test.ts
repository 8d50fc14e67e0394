import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../src/catalog/catalog.js';
import type { CommandIo } from '../../src/cli/command.js';
import { fetchExtended, leaveOutExtended, refuseExtended } from '../../src/cli/extended-policy.js';
import { loadWorkingTreePolicy } from '../../src/cli/working-tree-policy.js';
import { useGitHub } from '../support/github/fake-github.js';
import { GitHubState } from '../support/github/github-state.js';
import { ioIn } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const github = useGitHub();
const POLICY =
  'version: 1\nextends: acme/policies/base.yml@main\ndeny: [{ image: docker.io/evil/base, reason: evil }]\n';
const BASE = 'version: 1\nprofile: strict\nmay-override: [allow]\nfiles: { exclude: ["docs/**"] }\n';

function localIo(env: Readonly<Record<string, string>>): CommandIo & { readonly reported: string[] } {
  const reported: string[] = [];
  const changes = {
    stderr: (text: string) => void reported.push(text),
    env: { GITHUB_API_URL: github.server.apiUrl, ...env },
  };
  return { reported, ...ioIn('/', changes) };
}

function publish(): string {
  const policies = new GitHubState('acme/policies');
  github.state.others.set('acme/policies', policies);
  return policies.git.commit('main', { 'base.yml': BASE });
}

describe('a policy that extends another repository’s, on the command line', () => {
  test('is had through GitHub’s API, at the commit that its ref points to', async () => {
    const commit = publish();
    const directory = makeDirectory({ '.github/base-image-gate.yml': POLICY });
    const io = localIo({ GH_TOKEN: 'contents' });
    const policy = await loadWorkingTreePolicy(directory, { catalog: loadCatalog() }, io);
    if (!policy.ok) throw new Error(policy.error);
    expect(policy.value.profile).toBe('strict');
    expect(policy.value.deny.map(({ pattern }) => pattern)).toEqual(['docker.io/evil/base']);
    expect(policy.value.source.extends).toEqual([{ name: 'acme/policies/base.yml@main', commit }]);
  });

  test('that can’t be had is a problem at its line, which says what to give', async () => {
    const directory = makeDirectory({ '.github/base-image-gate.yml': POLICY });
    const request = { catalog: loadCatalog(), resolveExtends: fetchExtended(localIo({ GH_TOKEN: 'contents' })) };
    const policy = await loadWorkingTreePolicy(directory, request, localIo({}));
    expect(policy.ok ? '' : policy.error).toMatch(/^\.github\/base-image-gate\.yml:2:\d+: error: .*acme\/policies/);
  });

  test('is refused with --offline, and left out by name where no network is used', async () => {
    const directory = makeDirectory({ '.github/base-image-gate.yml': POLICY });
    const catalog = loadCatalog();
    const offline = await loadWorkingTreePolicy(directory, { catalog, resolveExtends: refuseExtended }, localIo({}));
    expect(offline.ok ? '' : offline.error).toContain('--offline reads no other repository');
    const io = localIo({});
    const left = await loadWorkingTreePolicy(directory, { catalog, resolveExtends: leaveOutExtended(io) }, io);
    if (!left.ok) throw new Error(left.error);
    expect(left.value.deny).toHaveLength(1);
    expect(io.reported.join('')).toContain('acme/policies/base.yml@main, which is not fetched here');
    expect(github.server.operations()).toEqual([]);
  });
});
