import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { table } from '../../scripts/generate/table.js';
import { rules } from '../../src/rules/index.js';
import { ATTACKS } from '../support/attacks/index.js';
import type { AttackCase, AttackGroup } from '../support/attacks/pair.js';
import { RETARGETING } from '../support/attacks/retargeting.js';
import { SECRETS } from '../support/attacks/secrets.js';
import { gateRun } from '../support/gate-run.js';
import { type LayerFile, makeImage } from '../support/image/image-maker.js';
import { layoutOf } from '../support/image/layout-of.js';

const DEFAULT_FILES = { Dockerfile: 'FROM demo.example/base:1\nUSER 65532\n' };
const DENIED = ['docker.io/attacker/**', 'docker.io/library/evil', 'my_host.example/evil/**'];
/** Rules that ask less of a build stage in strict keep the levels of the profile. */
const BY_ROLE = new Set(['allowed-base']);

/** Strict, with nothing asked but what a group is about. */
function policyOf(
  { rules: asked, signer = 'signed: false, reason: ours' }: Pick<AttackGroup, 'rules' | 'signer'>,
  { levels: own = {}, policy: more = '' }: AttackCase,
): string {
  const levels = rules.flatMap(({ id }) => {
    if (!asked.includes(id)) return [`${id}: off`];
    if (id === 'non-root') return [`${id}: { level: error, numeric: false }`];
    if (own[id] !== undefined) return [`${id}: ${own[id]}`];
    return BY_ROLE.has(id) ? [] : [`${id}: error`];
  });
  const deny = DENIED.map((image) => `{ image: "${image}", reason: no }`).join(', ');
  return `version: 1\nprofile: strict\nunverified: warn\nallow: [{ image: "demo.example/**", ${signer} }]\ndeny: [${deny}]\nrules: { ${levels.join(', ')} }\n${more}`;
}

async function evaluate(group: Pick<AttackGroup, 'rules' | 'signer'>, given: AttackCase) {
  const { files = DEFAULT_FILES, image } = given;
  const source =
    image === undefined ? {} : { source: await layoutOf({ 'demo.example/base:1': await makeImage(image) }) };
  return await gateRun({ files, policy: policyOf(group, given), ...source });
}

describe.each(ATTACKS)('$name', (group) => {
  test.each(group.pairs)('is refused, and its honest twin passes: $what', async ({ attack, twin }) => {
    const [refused, passed] = [await evaluate(group, attack), await evaluate(group, twin)];
    expect(refused.verdict).not.toBe('pass');
    const decisive = refused.answers.filter(
      ({ level, outcome, waiver }) =>
        waiver === undefined && level === 'error' && (outcome === 'fail' || outcome === 'indeterminate'),
    );
    expect(decisive.map(({ rule }) => rule)).toContain(group.rules[0]);
    expect(passed.findings.filter(({ level, waiver }) => level === 'error' && waiver === undefined)).toEqual([]);
    expect(passed.verdict).toBe('pass');
  });
});

const PAGE = new URL('../../docs/threat-model.md', import.meta.url);
const SECRETS_GROUP = { rules: ['no-secrets'] };

describe('a secret in a layer', () => {
  const filesOf = (content: 'attack' | 'twin'): readonly LayerFile[] =>
    SECRETS.map((pair, index) => ({ path: `srv/${index}`, content: pair[content] }));

  test('is found in every form, each in an image of its own file', async () => {
    const report = await evaluate(SECRETS_GROUP, { image: { layers: [filesOf('attack')] } });
    const [answer] = report.answers.filter(({ aspect }) => aspect === 'layers');
    const found = new Set(answer?.details?.map((line) => Number(/^\/srv\/(\d+)\b/.exec(line)?.[1])));
    expect(SECRETS.filter((_pair, index) => !found.has(index)).map(({ what }) => what)).toEqual([]);
  });

  test('is not what only looks like one', async () => {
    const report = await evaluate(SECRETS_GROUP, { image: { layers: [filesOf('twin')] } });
    const details = report.answers.flatMap((answer) => answer.details ?? []);
    const named = details.map((line) => `${line} (${SECRETS[Number(/^\/srv\/(\d+)\b/.exec(line)?.[1])]?.what})`);
    expect(named).toEqual([]);
    expect(report.verdict).toBe('pass');
  });
});

test('docs/threat-model.md has the table of these attacks (UPDATE_DOCS=1 writes it)', () => {
  const page = readFileSync(PAGE, 'utf8');
  const groups = [...ATTACKS, RETARGETING, { item: 3, name: 'a secret in a layer', pairs: SECRETS }].sort(
    (a, b) => a.item - b.item,
  );
  const rows = groups.map(({ item, name, pairs }) => [
    `${item}`,
    name,
    `${pairs.length}`,
    pairs.map(({ what }) => what).join('; '),
  ]);
  const count = groups.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const header = ['', 'way around the gate', 'pairs', 'each with an honest twin that passes'];
  const wanted = page
    .replace(/(?<=an honest case that looks like it, which must pass: )\d+(?= pairs)/, `${count}`)
    .replace(/^\| +\| way around the gate.*?(?=\n\n)/ms, () => table(header, rows));
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, wanted);
  else expect(wanted).toBe(page);
  expect(count).toBeGreaterThanOrEqual(150);
});
