import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readComposeProject } from '../../../src/build-files/compose/compose.js';
import { composeProjects } from '../../../src/build-files/compose/discover-projects.js';
import { type ComposeAnswer, composeDifferences } from '../../support/compose-answers.js';
import { definitionOptions, filesOf } from '../../support/definition-files.js';
import { type MadeProject, madeProjects } from '../../support/made-compose-files.js';
import { describeWithPeers } from '../../support/process/peers.js';

const PROJECTS = 10_000;
const SEED = 20_261_130;

function query(root: string, projects: readonly MadeProject[]): readonly ComposeAnswer[] {
  const questions = projects.map((files, index) => {
    const directory = join(root, String(index));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return JSON.stringify({ dir: directory });
  });
  const run = spawnSync('compose-config', ['-clean-env', '-profile', '*', '-batch'], {
    input: questions.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ComposeAnswer => JSON.parse(line));
}

describeWithPeers(['compose-config'], 'compose-go resolves made projects as we do', () => {
  test(`${PROJECTS} of them`, async () => {
    const projects = fc.sample(madeProjects, { numRuns: PROJECTS, seed: SEED });
    const root = mkdtempSync(join(tmpdir(), 'compose-peer-'));
    try {
      const answers = query(root, projects);
      expect(answers).toHaveLength(projects.length);
      const differences: string[] = [];
      let builds = 0;
      for (const [index, files] of projects.entries()) {
        const options = definitionOptions(files);
        const [found] = await composeProjects(Object.keys(files), options);
        if (found === undefined) throw new Error('a made project is none');
        const reading = await readComposeProject({ ...found, files: filesOf(files, found.files) }, options);
        const different = composeDifferences(
          reading,
          answers[index] ?? { error: 'no answer' },
          '.',
          join(root, String(index)),
        );
        if (answers[index]?.error === undefined) builds += reading.builds.length;
        if (different.length > 0) differences.push(`${index}: ${different.join('; ')}\n${JSON.stringify(files)}`);
      }
      expect(answers.filter(({ error }) => error === undefined).length).toBeGreaterThan(PROJECTS / 4);
      expect(builds).toBeGreaterThan(PROJECTS / 4);
      expect(differences).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }, 600_000);
});
