import { type LayerFile, type MadeContent, makeImage, makeIndex } from '../../__tests__/support/image/image-maker.js';
import type { LayoutEntry } from '../../__tests__/support/image/image-maker-layout.js';
import { apkPackage, type MadePackage, spdxDocument } from '../../__tests__/support/image/make-sbom.js';
import { githubProvenance } from '../../__tests__/support/signing/make-provenance.js';
import type { TestSigner } from '../../__tests__/support/signing/signer-identity.js';
import {
  bundleManifest,
  envelopeBundle,
  inTotoStatement,
  SIGN_PREDICATE,
} from '../../__tests__/support/signing/sigstore-forms.js';
import type { TestSigstore } from '../../__tests__/support/signing/sigstore-trust.js';

const SPDX = 'https://spdx.dev/Document';
const SLSA = 'https://slsa.dev/provenance/v1';
const APKO = 'https://apko.dev/image-configuration';

/** What an example image is, and what is attested of it. */
export interface ExampleImage {
  /** Full names, `demo.example/hardened/node:22`. */
  readonly names: readonly string[];
  readonly layers: readonly (readonly LayerFile[])[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly created: string;
  /** Who signs the index; nobody without it. */
  readonly signer?: TestSigner;
  /** Whether the test log records what was signed; it does unless reported otherwise. */
  readonly logged?: boolean;
  /** What the SBOM says is in it; without it none is attested. */
  readonly sbom?: readonly MadePackage[];
  /** The source repository that the provenance names; without it none is attested. */
  readonly source?: string;
  /** The packages of apko's configuration; without it none is attested. */
  readonly apko?: readonly string[];
}

/** Makes the image, signs it and attests of it, as entries of a layout. Returns the digest of its index, too. */
export async function exampleImage(
  image: ExampleImage,
  sigstore: TestSigstore,
): Promise<{ readonly entries: readonly LayoutEntry[]; readonly digest: string }> {
  const platform = await makeImage({ layers: image.layers, config: image.config, created: image.created });
  const index = makeIndex([platform]);
  const { digest } = index.descriptor;
  const entries: LayoutEntry[] = image.names.map((name) => ({ content: index, name }));
  const { signer } = image;
  if (signer === undefined) return { entries, digest };

  const attest = async (subject: MadeContent, type: string, predicate: unknown): Promise<void> => {
    const payload = inTotoStatement(subject.descriptor.digest, type, predicate);
    const bundle = await envelopeBundle(signer, payload, image.logged === false ? {} : { sigstore });
    entries.push({ content: bundleManifest(bundle, subject.descriptor) });
  };
  await attest(index, SIGN_PREDICATE, {});
  if (image.sbom !== undefined)
    await attest(platform, SPDX, spdxDocument({ packages: image.sbom, created: image.created }));
  if (image.source !== undefined) {
    await attest(platform, SLSA, githubProvenance({ repository: image.source, finishedOn: image.created }));
  }
  if (image.apko !== undefined) {
    await attest(platform, APKO, {
      contents: {
        repositories: ['https://packages.wolfi.dev/os'],
        keyring: ['https://packages.wolfi.dev/os/wolfi-signing.rsa.pub'],
        packages: image.apko,
      },
      accounts: { 'run-as': '65532' },
      archs: ['amd64'],
    });
  }
  return { entries, digest };
}

/** The lines of an SBOM for packages `name@version`. */
export function sbomOf(
  packages: readonly { readonly name: string; readonly version: string }[],
): readonly MadePackage[] {
  return packages.map(({ name, version }) => apkPackage(name, version));
}
