import { expect, test } from '@jest/globals';
import { composeProjects, isComposeFile } from '../../../src/build-files/compose/discover-projects.js';
import { definitionOptions } from '../../support/definition-files.js';

async function projectsOf(files: Readonly<Record<string, string>>) {
  return (await composeProjects(Object.keys(files), definitionOptions(files))).map((project) => project.files);
}

test('composeProjects joins the first default file of a directory with the first override', async () => {
  const files = {
    'compose.yaml': '',
    'docker-compose.yml': '',
    'docker-compose.override.yml': '',
    'a/compose.yml': '',
  };
  expect(await projectsOf(files)).toEqual([
    ['compose.yaml', 'docker-compose.override.yml'],
    ['a/compose.yml'],
    ['docker-compose.yml'],
  ]);
});

test('composeProjects takes the files that COMPOSE_FILE names in .env', async () => {
  const files = {
    '.env': 'COMPOSE_FILE=dev/compose.yaml:b.yaml\n',
    'dev/compose.yaml': '',
    'b.yaml': '',
    'compose.yml': '',
  };
  expect(await projectsOf(files)).toEqual([['dev/compose.yaml', 'b.yaml'], ['compose.yml']]);
});

test.each(['compose.yaml', 'a/docker-compose.yml', 'compose.prod.yaml', 'docker-compose-dev.yml', 'app.compose.yml'])(
  'isComposeFile takes %s',
  (path) => {
    expect(isComposeFile(path)).toBe(true);
  },
);

test.each(['composer.yaml', 'compose.json', 'decompose.yml', 'compose/x.yaml'])(
  'isComposeFile leaves out %s',
  (path) => {
    expect(isComposeFile(path)).toBe(false);
  },
);
