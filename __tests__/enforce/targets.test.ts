import { beforeAll, expect, test } from '@jest/globals';
import { EXPORT_TARGETS } from '../../src/enforce/targets.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import {
  makeMultiPlatform,
  makeSigner,
  NOW,
  runGateFor,
  signedEntries,
  sourceOf,
} from '../support/enforce/export-world.js';

const NAMES = ['ghcr.io/acme/base:1', 'ghcr.io/acme/tool:2', 'ghcr.io/other/left:3', 'ghcr.io/acme/waived:4'];

const POLICY = `version: 1
allow:
  - { image: "ghcr.io/acme/**", authorities: [{ key: { file: acme.pub, log: ignored } }] }
  - { image: ghcr.io/acme/tool, signed: false, reason: ours }
deny:
  - { image: "ghcr.io/other/**", reason: theirs }
rules: { signature-verified: error }
waivers:
  - { rule: signature-verified, image: "ghcr.io/acme/waived:*", reason: the key moves, owner: acme, expires: 2026-12-20 }
`;

let source: ImageSource;
let policyFiles: Readonly<Record<string, string>>;
beforeAll(async () => {
  const signer = makeSigner();
  const entries = await Promise.all(
    NAMES.map(
      async (name) => await signedEntries(name, await makeMultiPlatform(name), name.includes('waived') ? [] : [signer]),
    ),
  );
  source = await sourceOf(entries.flat());
  policyFiles = { 'acme.pub': signer.publicKeyPem };
});

/** What a target exports of a run over these images, named in this order. */
async function exported(load: (typeof EXPORT_TARGETS)[number]['load'], names: readonly string[]) {
  const dockerfile = names.map((name, index) => `FROM ${name} AS s${index}\n`).join('');
  const copies = names.map((_, index) => `COPY --from=s${index} /etc/name /${index}\n`).join('');
  const made = await runGateFor({
    dockerfile: `${dockerfile}FROM ${NAMES[0]}\n${copies}`,
    policy: POLICY,
    policyFiles,
    source,
  });
  return (await load()).render({ ...made, now: NOW });
}

/** What each form says where it lets through more than the gate does. */
const WIDER = {
  buildkit: ['distinguish platforms', 'no dates', 'distinguish roles'],
  buildx: ['distinguish roles'],
  kyverno: ['regardless of its caller', 'only the gate checks contents'],
  'cluster-image-policy': [
    'regardless of its caller',
    'only the gate checks contents',
    'unless the controller is configured',
  ],
  'containers-policy': ['an image of exactly that name', 'only the gate checks contents'],
  notation: ['applies to every tag'],
} as const;

test.each(EXPORT_TARGETS)('export --format $name says in itself where it is wider than the gate', async (target) => {
  const made = await exported(target.load, NAMES);
  const text = Object.values(made.files).join('');
  for (const words of WIDER[target.name]) {
    expect(text).toContain(words);
    expect(made.stated).toContainEqual(expect.stringContaining(words));
  }
  expect(text).toContain('policy-digest');
});

test.each(EXPORT_TARGETS)(
  'export --format $name is the same, in whatever order images were evaluated',
  async ({ load }) => {
    const first = await exported(load, NAMES);
    expect(first.allowed).toBeGreaterThan(0);
    expect(await exported(load, NAMES)).toEqual(first);
    expect((await exported(load, [...NAMES].reverse())).files).toEqual(first.files);
  },
);
