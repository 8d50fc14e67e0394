import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithPeers } from '../support/process/peers.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';
import { makeCases } from '../support/signing/signer-cases.js';
import { cosignVerdict } from '../support/signing/signer-cosign.js';
import { makeScene } from '../support/signing/signer-forgery.js';
import { ourVerdict } from '../support/signing/signer-verdict.js';

const TABLE = fileURLToPath(new URL('differential.md', import.meta.url));

interface Row {
  readonly form: string;
  readonly name: string;
  readonly expected: string;
  readonly ours: string;
  readonly why: string;
  readonly cosign: string;
  readonly stricter?: string | undefined;
}

describeWithPeers(['cosign'], 'beside cosign', () => {
  let registry: RegistryServer;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  test('nothing passes here that cosign refuses, and what cosign passes and we refuse has its reason', async () => {
    const scene = await makeScene();
    const rows: Row[] = [];
    for (const [number, made] of (await makeCases(scene)).entries()) {
      const ours = await ourVerdict(scene, made);
      const cosign = await cosignVerdict(scene, made, registry, `case/${number}`);
      rows.push({
        form: made.form,
        name: made.name,
        expected: made.expected,
        ours: ours.verdict,
        why: ours.verdict === 'refused' ? ours.why : '',
        cosign: cosign.verdict,
        stricter: made.stricter,
      });
    }
    expect(rows.filter(({ ours, cosign }) => ours === 'passed' && cosign === 'refused')).toEqual([]);
    expect(
      rows.filter(({ ours, cosign, stricter }) => ours === 'refused' && cosign === 'passed' && stricter === undefined),
    ).toEqual([]);
    if (process.env['WRITE_DIFFERENTIAL'] === '1') writeFileSync(TABLE, table(rows));
    expect(readFileSync(TABLE, 'utf8')).toBe(table(rows));
  }, 590_000);
});

function table(rows: readonly Row[]): string {
  const bad = rows.filter(({ expected }) => expected === 'refused');
  return [
    '# Our verdicts beside cosign’s',
    '',
    `Made by \`WRITE_DIFFERENTIAL=1 npm run test:peers -- cosign.peer\`, with cosign v3.1.3: ${rows.length} cases, of which ${bad.length}`,
    'are deliberately bad. Each is pushed to a registry and verified by both, with the same trusted root and authority.',
    '',
    '| form | case | ours | because | cosign | where we are stricter |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      ({ form, name, ours, why, cosign, stricter }) =>
        `| ${form} | ${name} | ${ours} | ${why} | ${cosign} | ${ours !== cosign ? (stricter ?? '') : ''} |`,
    ),
    '',
  ].join('\n');
}
