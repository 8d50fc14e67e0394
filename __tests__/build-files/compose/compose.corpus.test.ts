import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from '@jest/globals';
import { readComposeProject } from '../../../src/build-files/compose/compose.js';
import { composeProjects } from '../../../src/build-files/compose/discover-projects.js';
import { type ComposeAnswer, composeDifferences } from '../../support/compose-answers.js';
import { definitionOptions, filesOf } from '../../support/definition-files.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const GIVEN = 'build-definitions/given/compose.jsonl';

interface Case {
  readonly id: string;
  readonly files: Readonly<Record<string, string>>;
  readonly ask: {
    readonly cwd: string;
    readonly files?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
  readonly answer: ComposeAnswer;
}

describeWithSharedData(GIVEN, 'Compose files of public repositories', () => {
  test('readComposeProject answers what compose-go answers for each of them', async () => {
    const cases = readFileSync(sharedData(GIVEN), 'utf8').trim().split('\n');
    const differences: string[] = [];
    for (const line of cases) {
      const { id, files, ask, answer }: Case = JSON.parse(line);
      const options = definitionOptions(files, ask.env ?? {});
      const found = await composeProjects(Object.keys(files), options);
      const named = ask.files?.map((file) => posix.join(ask.cwd, file));
      const directory = posix.join(ask.cwd, answer.directory ?? '.');
      const project =
        named === undefined
          ? found.find((one) => one.directory === directory)
          : { files: named, directory, environmentFiles: [posix.join(directory, '.env')] };
      if (project === undefined) differences.push(`${id}: no project`);
      else {
        const reading = await readComposeProject({ ...project, files: filesOf(files, project.files) }, options);
        differences.push(...composeDifferences(reading, answer, directory).map((text) => `${id}: ${text}`));
      }
    }
    expect(cases.length).toBeGreaterThan(10);
    expect(differences).toEqual([]);
  });
});
