import { generateKeyPairSync } from 'node:crypto';
import type { Publisher } from '../../../src/catalog/publisher.js';
import { optionalField } from '../../../src/lib/collections.js';
import type { Authority } from '../../../src/policy/policy.js';
import { githubProvenance } from '../signing/make-provenance.js';
import { keylessSigner, keySigner, type TestSigner } from '../signing/signer-identity.js';
import {
  bundleManifest,
  classicSignature,
  cosignManifest,
  envelopeBundle,
  IN_TOTO,
  inTotoStatement,
  SIGN_PREDICATE,
  simpleSigningPayload,
} from '../signing/sigstore-forms.js';
import type { TestSigstore } from '../signing/sigstore-trust.js';
import {
  fallbackTag,
  type LayerFile,
  type MadeContent,
  makeArtifact,
  makeImage,
  makeIndex,
  subjectOf,
} from './image-maker.js';
import type { LayoutEntry } from './image-maker-layout.js';
import { apkPackage, type MadePackage, spdxDocument } from './make-sbom.js';

export const SPDX = 'https://spdx.dev/Document';
export const SLSA = 'https://slsa.dev/provenance/v1';
/** The identity of an organization, where the catalog asks for one. */
export const ORGANIZATION_IDENTITY =
  'https://issuer.enforce.dev/0123456789abcdef0123456789abcdef01234567/89abcdef01234567';

/** An image as a publisher of the catalog would push it, with what signs it. */
export interface PublishedImage {
  readonly entries: readonly LayoutEntry[];
  readonly digest: string;
  /** The authorities that sign it: the catalog's, with a test's key in the place of a publisher's. */
  readonly authorities: readonly Authority[];
  /** The test's key, where a key signs. */
  readonly key?: string;
}

export interface PublishedOptions {
  readonly name: string;
  /** What is attested; what the catalog says that the publisher attests unless given. */
  readonly attests?: readonly ('sbom' | 'provenance')[];
  /** Who signs in the place of the publisher. */
  readonly signer?: TestSigner;
}

/** Makes an image that is signed by whom the entry names, with exactly what the entry says the publisher attests. */
export async function publishedImage(
  publisher: Publisher,
  sigstore: TestSigstore,
  options: PublishedOptions,
): Promise<PublishedImage> {
  const signing = await signerOf(publisher, sigstore);
  const signer = options.signer ?? signing.signer;
  const { packages, layers } = publisher.wolfi ? wolfi() : debian();
  const platform = await makeImage({ layers: [layers], config: { User: '65532' }, created: CREATED });
  const documents = (options.attests ?? attestedBy(publisher)).map((what): readonly [string, unknown] =>
    what === 'sbom'
      ? [SPDX, spdxDocument({ packages, created: CREATED })]
      : [SLSA, githubProvenance({ repository: 'https://github.com/acme/images', finishedOn: CREATED })],
  );
  const made =
    signing.key === undefined
      ? await asBundles(platform, documents, signer, sigstore)
      : await asSignedManifests(platform, documents, signer);
  return {
    entries: [{ content: made.index, name: options.name }, ...made.entries(options.name)],
    digest: made.index.descriptor.digest,
    authorities: signing.authorities,
    ...optionalField('key', signing.key),
  };
}

const CREATED = '2026-11-20T00:00:00Z';

/** What is not known of a publisher is taken to be attested. */
function attestedBy({ publishes = {} }: Publisher): readonly ('sbom' | 'provenance')[] {
  return (['sbom', 'provenance'] as const).filter((what) => (publishes[what]?.as ?? 'signed') === 'signed');
}

async function signerOf({ authorities }: Publisher, sigstore: TestSigstore) {
  const [authority] = authorities;
  if (authority?.kind === 'keyless') {
    const subject = authority.subject === '{identities}' ? ORGANIZATION_IDENTITY : authority.subject;
    return { signer: await keylessSigner(sigstore, { issuer: authority.issuer, subject }), authorities };
  }
  const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
  const pem = signer.publicKeyPem;
  const own: Authority = { kind: 'key', pem, name: 'the key of the test', log: 'ignored' };
  return { signer, authorities: [own], key: pem };
}

/** As cosign 3 stores them: referrers of the index and of the platform. */
async function asBundles(
  platform: MadeContent,
  documents: readonly (readonly [string, unknown])[],
  signer: TestSigner,
  sigstore: TestSigstore,
) {
  const index = makeIndex([platform]);
  const all = [[index, SIGN_PREDICATE, {}] as const, ...documents.map((one) => [platform, ...one] as const)];
  const made = await Promise.all(
    all.map(async ([subject, type, predicate]) => {
      const payload = inTotoStatement(subject.descriptor.digest, type, predicate);
      return bundleManifest(await envelopeBundle(signer, payload, { sigstore }), subject.descriptor);
    }),
  );
  return { index, entries: (): readonly LayoutEntry[] => made.map((content) => ({ content })) };
}

/** As Docker Hardened Images are: the index and BuildKit's attestation manifests in it are signed with a key. */
async function asSignedManifests(
  platform: MadeContent,
  documents: readonly (readonly [string, unknown])[],
  signer: TestSigner,
) {
  const { digest } = platform.descriptor;
  const attestations = makeArtifact({
    layers: documents.map(([type, predicate]) => ({
      mediaType: IN_TOTO,
      content: inTotoStatement(digest, type, predicate),
    })),
  });
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest };
  const index = makeIndex([platform, { ...attestations, descriptor: { ...subjectOf(attestations), annotations } }]);
  const signed = await Promise.all(
    [index, attestations].map(async ({ descriptor }) => {
      const layer = await classicSignature(signer, simpleSigningPayload(descriptor.digest), { entry: 'none' });
      return { content: cosignManifest([layer]), tag: fallbackTag(descriptor.digest, '.sig') };
    }),
  );
  const entries = (name: string): readonly LayoutEntry[] =>
    signed.map(({ content, tag }) => ({ content, name: `${name.replace(/:[^:/]*$/, '')}:${tag}` }));
  return { index, entries };
}

interface Contents {
  readonly packages: readonly MadePackage[];
  readonly layers: readonly LayerFile[];
}

const PASSWD = 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';

function wolfi(): Contents {
  const files = { 'wolfi-baselayout': ['etc/os-release', 'etc/passwd', 'etc/apk/keys/wolfi-signing.rsa.pub'] };
  const database = Object.entries(files).map(
    ([name, paths]) =>
      `P:${name}\nV:20230201-r28\nA:x86_64\nL:MIT\no:${name}\n${paths.map((path) => `F:${path.slice(0, path.lastIndexOf('/'))}\nR:${path.slice(path.lastIndexOf('/') + 1)}\n`).join('')}`,
  );
  return {
    packages: [apkPackage('wolfi-baselayout', '20230201-r28')],
    layers: [
      {
        path: 'etc/os-release',
        content: 'ID=wolfi\nNAME="Wolfi"\nPRETTY_NAME="Wolfi"\nVERSION_ID="20230201"\nHOME_URL="https://wolfi.dev"\n',
      },
      { path: 'etc/passwd', content: PASSWD },
      { path: 'etc/apk/keys/wolfi-signing.rsa.pub', content: 'a key\n' },
      { path: 'usr/lib/apk/db/installed', content: `${database.join('\n')}\n` },
    ],
  };
}

/** As distroless has it: a file a package in status.d. */
function debian(): Contents {
  const fields = 'Package: base-files\nVersion: 13.8+deb13u1\nArchitecture: amd64\nStatus: install ok installed\n';
  return {
    packages: [
      {
        name: 'base-files',
        version: '13.8+deb13u1',
        purl: 'pkg:deb/debian/base-files@13.8%2Bdeb13u1?arch=amd64&distro=debian-13',
        supplier: 'Organization: Debian',
        license: 'GPL-2.0-or-later',
      },
    ],
    layers: [
      {
        path: 'etc/os-release',
        content: 'ID=debian\nNAME="Debian GNU/Linux"\nPRETTY_NAME="Distroless"\nVERSION_ID="13"\n',
      },
      { path: 'etc/passwd', content: PASSWD },
      { path: 'var/lib/dpkg/status.d/base-files', content: `${fields}Maintainer: Debian\nDescription: base\n` },
    ],
  };
}
