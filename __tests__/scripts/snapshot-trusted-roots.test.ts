import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { snapshotOf } from '../../scripts/snapshots/trusted-roots.js';
import { GITHUB_ROOT } from '../../src/signatures/sigstore/github-root.js';
import { startUpdateRepository, type UpdateRepository } from '../support/github/update-repository.js';

const NOW = new Date('2026-12-01T04:43:00Z');
let repository: UpdateRepository;

beforeAll(async () => {
  repository = await startUpdateRepository({ trustedRoot: JSON.parse(GITHUB_ROOT.json) });
});
afterAll(() => repository.close());

describe('the snapshot of a trusted root', () => {
  const options = () => ({ mirror: repository.url, start: repository.start, network: repository.network, now: NOW });

  test('is the source file of what the update repository has, with its day', async () => {
    const { file, text } = await snapshotOf('github', options());
    expect(file).toBe('github-root.ts');
    expect(text).toContain("export const GITHUB_ROOT = {\n  date: '2026-12-01',\n");
    const json = [...text.matchAll(/^ {4}'(.*)',$/gm)].map(([, line = '']) => line.replaceAll("\\'", "'")).join('');
    expect(JSON.parse(json.replaceAll('.000Z', 'Z'))).toEqual(JSON.parse(GITHUB_ROOT.json));
  });

  test('is not written where the repository has a root of another instance', async () => {
    await expect(snapshotOf('public-good', options())).rejects.toThrow('another instance');
  });
});
