// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { describe, expect, test } from '@jest/globals';
import { LayoutSource } from '../../src/registry/layout/layout.js';
import type { Report } from '../../src/reports/report.js';
import { gateRun } from '../support/gate-run.js';
import { makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const POLICY = [
  'version: 1',
  'profile: observe',
  'allow: [{ image: "demo.example/**", signed: false, reason: built here }]',
  'platforms: [linux/amd64, linux/arm64]',
].join('\n');

/** Images that run as root, for both architectures, under the names given. */
async function rootImages(...names: readonly string[]): Promise<LayoutSource> {
  const directory = makeDirectory({});
  const contents = await Promise.all(
    names.map(async (name) => ({ name: `demo.example/${name}`, content: await makeImage({ config: { User: '' } }) })),
  );
  await writeLayout(directory, contents);
  return new LayoutSource(directory);
}

/** The distinct answers of non-root, by image. */
function answers({ answers: all, uses }: Report): readonly string[] {
  const image = new Map(uses.map(({ id, expanded }) => [id, expanded]));
  const found = all.filter(({ rule }) => rule === 'non-root');
  return [...new Set(found.map(({ use = '', outcome }) => `${image.get(use)} ${outcome}`))].sort();
}

function workflow(...commands: readonly string[]): Readonly<Record<string, string>> {
  return { '.github/workflows/x.yml': JSON.stringify({ jobs: { a: { steps: commands.map((run) => ({ run })) } } }) };
}

describe('whom a container runs as', () => {
  test('does not hang on the default of an argument that a workflow replaces', async () => {
    const files = {
      Dockerfile: 'FROM demo.example/base:1\nARG ID=1000\nUSER $ID\n',
      ...workflow('docker build --build-arg ID=0 .'),
    };
    const report = await gateRun({ files, policy: POLICY, source: await rootImages('base:1') });
    expect(answers(report)).toEqual(['demo.example/base:1 fail']);
    const [finding] = report.findings.filter(({ rule }) => rule === 'non-root');
    expect(finding?.message).toContain('USER $ID on line 3');
  });

  test('does not hang on the platform that is read first', async () => {
    const files = { Dockerfile: 'FROM demo.example/base:1\nARG TARGETARCH\nUSER ${TARGETARCH/arm64/root}\n' };
    const report = await gateRun({ files, policy: POLICY, source: await rootImages('base:1') });
    expect(answers(report)).toEqual(['demo.example/base:1 fail']);
  });

  test('is what the stage says, on each image that a build may put below it', async () => {
    const files = {
      Dockerfile: 'ARG V=1\nFROM demo.example/base:$V AS below\nFROM below\nUSER 1000\n',
      ...workflow('docker build --build-arg V=2 .'),
    };
    const report = await gateRun({ files, policy: POLICY, source: await rootImages('base:1', 'base:2') });
    expect(answers(report)).toEqual(['demo.example/base:1 pass', 'demo.example/base:2 pass']);
  });

  test('is what the stage says, on the image of each platform', async () => {
    const files = { Dockerfile: 'FROM demo.example/base:$TARGETARCH\nUSER 1000\n' };
    const report = await gateRun({ files, policy: POLICY, source: await rootImages('base:amd64', 'base:arm64') });
    expect(answers(report)).toEqual(['demo.example/base:amd64 pass', 'demo.example/base:arm64 pass']);
  });
});

describe('a change that lets what ships run as root', () => {
  const SHIPS_ROOT = 'FROM demo.example/base:1\n';
  const ENFORCED = `${POLICY}\nrules: { non-root: error }\n`.replace('observe', 'baseline');

  async function levels(before: string, now: string): Promise<readonly string[]> {
    const source = await rootImages('base:1');
    const evaluated = (text: string) => gateRun({ files: { Dockerfile: text }, policy: ENFORCED, source });
    const { uses, stages } = await evaluated(before);
    const change = { changedFiles: ['Dockerfile'], baseUses: uses, baseStages: stages, onlyNew: 'all' } as const;
    const report = await gateRun({ files: { Dockerfile: now }, policy: ENFORCED, source, change });
    const found = report.answers.filter(({ rule }) => rule === 'non-root');
    return [report.verdict, ...new Set(found.map(({ outcome, level }) => `${outcome} ${level}`))];
  }

  test('is not inherited, though the image below is', async () => {
    expect(await levels(`${SHIPS_ROOT}USER 1000\n`, SHIPS_ROOT)).toEqual(['fail', 'fail error']);
    expect(await levels(`${SHIPS_ROOT}USER 1000\n`, `${SHIPS_ROOT}USER root\n`)).toEqual(['fail', 'fail error']);
  });

  test('is inherited where the base ref ships the same', async () => {
    expect(await levels(SHIPS_ROOT, `${SHIPS_ROOT}RUN x\n`)).toEqual(['pass', 'fail warning']);
    expect(await levels(`${SHIPS_ROOT}USER root\n`, `${SHIPS_ROOT}RUN x\nUSER root\n`)).toEqual([
      'pass',
      'fail warning',
    ]);
  });
});
