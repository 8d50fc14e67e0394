import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runGateAtDesk } from '../../src/commands/desk-gate.js';
import { makeImage } from '../support/image-maker.js';
import { writeLayout } from '../support/image-maker-layout.js';
import { makeDirectory } from '../support/scratch-repository.js';

const IMAGE = 'registry.example/base:1';

async function run(flags: { readonly registry?: readonly string[] }) {
  const folder = makeDirectory({ Dockerfile: `FROM ${IMAGE}\n` });
  const layout = join(makeDirectory({}), 'layout');
  await writeLayout(layout, [{ name: IMAGE, content: await makeImage() }]);
  const ran = await runGateAtDesk(
    {
      ...flags,
      registry: flags.registry?.map((host) => `${host}=oci-layout:${layout}`) ?? [],
      'all-files': true,
      offline: true,
    },
    undefined,
    {
      stdout: () => undefined,
      stderr: () => undefined,
      env: { HOME: folder },
      cwd: folder,
      colour: false,
      columns: 100,
      progress: false,
    },
  );
  if (!ran.ok) throw new Error(ran.error.message);
  const { answers, notices } = ran.value.report;
  return { notices, signed: answers.filter(({ rule }) => rule === 'signature-verified').map(({ outcome }) => outcome) };
}

test('a registry that is given a stand-in on the command line is looked at, though no policy names it', async () => {
  const { notices, signed } = await run({ registry: ['registry.example'] });
  expect(signed).toEqual(['fail']);
  expect(notices.join()).not.toContain('not contacted');
});

test('a registry that nobody names is not contacted, and the report says so', async () => {
  const { notices, signed } = await run({});
  expect(signed).toEqual(['skipped']);
  expect(notices).toContainEqual(expect.stringContaining('registry.example is neither in the policy nor'));
});
