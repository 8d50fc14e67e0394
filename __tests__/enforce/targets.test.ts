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

const NAMES = ['ghcr.io/acme/base:1', 'ghcr.io/acme/tool:2', 'ghcr.io/other/left:3'];

const POLICY = `version: 1
allow:
  - { image: "ghcr.io/acme/**", authorities: [{ key: { file: acme.pub, log: ignored } }] }
  - { image: alpine, signed: false, reason: ours }
deny:
  - { image: "ghcr.io/other/**", reason: theirs }
`;

let source: ImageSource;
let policyFiles: Readonly<Record<string, string>>;
beforeAll(async () => {
  const signer = makeSigner();
  const entries = await Promise.all(
    NAMES.map(async (name) => await signedEntries(name, await makeMultiPlatform(name), [signer])),
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

test.each(EXPORT_TARGETS)(
  'export --format $name is the same, in whatever order images were evaluated',
  async ({ load }) => {
    const first = await exported(load, NAMES);
    expect(first.allowed).toBeGreaterThan(0);
    expect(await exported(load, NAMES)).toEqual(first);
    expect((await exported(load, [...NAMES].reverse())).files).toEqual(first.files);
  },
);
