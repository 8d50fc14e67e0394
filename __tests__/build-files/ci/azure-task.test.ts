// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Azure Pipelines
import { describe, expect, test } from '@jest/globals';
import { buildsInFile } from '../../../src/build-files/script/script-files.js';

const buildsOf = async (step: object) =>
  (await buildsInFile('azure-pipelines.yml', Buffer.from(JSON.stringify({ steps: [step] })))).named;

describe('the task Docker of Azure Pipelines', () => {
  test('builds the file that it names, with its context and arguments', async () => {
    const inputs = {
      command: 'build',
      Dockerfile: '$(Build.SourcesDirectory)/images/app.txt',
      buildContext: '.',
      arguments: '--build-arg A=1 --target t --build-arg V=$(Build.BuildId)',
    };
    expect(await buildsOf({ task: 'Docker@2', inputs })).toMatchObject([
      { file: 'images/app.txt', target: 't', buildArgs: { A: '1' }, open: { args: ['V'] }, request: { context: '.' } },
    ]);
  });

  test.each([
    [{ task: 'Docker@2', inputs: { Dockerfile: 'a/b.txt' } }, 'a/b.txt', 'a'],
    [{ task: 'Docker@1', inputs: { command: 'Build an image', dockerFile: 'b.txt' } }, 'b.txt', '.'],
    [{ task: 'docker@0', inputs: { action: 'Build an image', dockerFile: 'b.txt' } }, 'b.txt', '.'],
  ])('has its inputs in any case, and builds by default: %j', async (step, file, context) => {
    expect(await buildsOf(step)).toMatchObject([{ file, request: { context } }]);
  });

  test.each([
    { task: 'Docker@2', inputs: { command: 'push', Dockerfile: 'b.txt' } },
    { task: 'Docker@2', inputs: { command: 'buildAndPush', Dockerfile: '**/Dockerfile' } },
    { task: 'DockerCompose@0', inputs: { Dockerfile: 'b.txt' } },
    { task: 'Docker@2', inputs: { Dockerfile: '$(File)' } },
  ])('names no file here: %j', async (step) => {
    expect(await buildsOf(step)).toEqual([]);
  });
});
