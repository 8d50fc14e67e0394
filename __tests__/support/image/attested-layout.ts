import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keySigner } from '../signing/signer-identity.js';
import { classicAttestation, cosignManifest, IN_TOTO, inTotoStatement } from '../signing/sigstore-forms.js';
import { fallbackTag, makeArtifact, makeImage, makeIndex, subjectOf } from './image-maker.js';
import { writeLayout } from './image-maker-layout.js';

/** An image in a layout on disk, with what was attested of it, and the policy that says whose key counts. */
export interface AttestedLayout {
  readonly directory: string;
  readonly image: string;
  /** Arguments of a command that reads the image from the layout. */
  readonly route: readonly string[];
  readonly policy: string;
  readonly digest: string;
}

export interface AttestedLayoutOptions {
  /** Statements signed with a real key, by their predicateType. */
  readonly signed?: readonly (readonly [string, unknown])[];
  /** BuildKit's: a manifest in the index that nobody signed. */
  readonly unsigned?: readonly (readonly [string, unknown])[];
  /** The apk database in the layer. */
  readonly installed?: string;
  /** Further lines of the allow entry. */
  readonly entry?: string;
  /** Signs with a key that the policy does not name. */
  readonly untrustedKey?: boolean;
}

/** Makes an index with one image, its attestations as cosign and BuildKit store them, and a policy beside it. */
export async function makeAttestedLayout(options: AttestedLayoutOptions): Promise<AttestedLayout> {
  const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
  const untrusted = keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
  const image = await makeImage({ layers: [[{ path: 'lib/apk/db/installed', content: options.installed ?? '' }]] });
  const { digest } = image.descriptor;
  const layers = await Promise.all(
    (options.signed ?? []).map(([predicateType, predicate]) =>
      classicAttestation(
        options.untrustedKey === true ? untrusted : signer,
        inTotoStatement(digest, predicateType, predicate),
        { entry: 'none' },
      ),
    ),
  );
  const attestations = makeArtifact({
    layers: (options.unsigned ?? []).map(([predicateType, predicate]) => ({
      mediaType: IN_TOTO,
      content: inTotoStatement(digest, predicateType, predicate),
    })),
  });
  const marks = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest };
  const index = makeIndex([image, { ...attestations, descriptor: { ...subjectOf(attestations), annotations: marks } }]);
  const directory = await mkdtemp(join(tmpdir(), 'attested-'));
  const name = 'registry.example/base/app';
  await writeLayout(join(directory, 'layout'), [
    { content: index, name: `${name}:1` },
    ...(layers.length === 0
      ? []
      : [{ content: cosignManifest(layers), name: `${name}:${fallbackTag(digest, '.att')}` }]),
  ]);
  await writeFile(join(directory, 'base.pub'), signer.publicKeyPem);
  const policy = join(directory, 'policy.yml');
  const lines = [
    'version: 1',
    'allow:',
    '  - image: registry.example/base/**',
    '    authorities:',
    '      - key: { file: base.pub, log: ignored }',
    ...(options.entry === undefined ? [] : [`    ${options.entry}`]),
  ];
  await writeFile(policy, `${lines.join('\n')}\n`);
  return {
    directory,
    image: `${name}:1`,
    route: ['--registry', `registry.example=oci-layout:${join(directory, 'layout')}`],
    policy,
    digest,
  };
}
