import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from '@jest/globals';
import { devcontainerReader } from '../../../src/build-files/devcontainer/devcontainer.js';
import { type ComposeAnswer, composeDifferences } from '../../support/compose-answers.js';
import { definitionOptions, filesOf } from '../../support/definition-files.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const GIVEN = 'build-definitions/given/devcontainer.jsonl';

interface Case {
  readonly id: string;
  readonly files: Readonly<Record<string, string>>;
  readonly ask: { readonly cwd: string; readonly files: readonly string[] };
  readonly answer: {
    readonly image?: string;
    readonly build?: {
      readonly dockerfile?: string;
      readonly context?: string;
      readonly args?: Record<string, string>;
    };
    readonly dockerFile?: string;
    readonly compose?: ComposeAnswer;
  };
}

describeWithSharedData(GIVEN, 'Dev containers of public repositories', () => {
  const cases = () =>
    readFileSync(sharedData(GIVEN), 'utf8')
      .trim()
      .split('\n')
      .map((line): Case => JSON.parse(line));

  test('devcontainerReader answers what the devcontainers CLI answers for each of them', async () => {
    const differences: string[] = [];
    for (const { id, files, ask, answer } of cases()) {
      const paths = ask.files.map((file) => posix.join(ask.cwd, file));
      const reading = await devcontainerReader.read(filesOf(files, paths), definitionOptions(files));
      const directory = posix.dirname(paths[0] ?? '');
      if (answer.compose !== undefined) {
        differences.push(...composeDifferences(reading, answer.compose, directory).map((text) => `${id}: ${text}`));
        continue;
      }
      const dockerfile = answer.dockerFile ?? answer.build?.dockerfile;
      const expected = {
        images: answer.image === undefined ? [] : [answer.image],
        dockerfiles: dockerfile === undefined ? [] : [posix.join(directory, dockerfile)],
      };
      const found = {
        images: (reading.images ?? []).map(({ image }) => image),
        dockerfiles: reading.builds.map((build) => build.dockerfile),
      };
      if (JSON.stringify(found) !== JSON.stringify(expected)) differences.push(`${id}: ${JSON.stringify(found)}`);
    }
    expect(differences).toEqual([]);
  });
});
