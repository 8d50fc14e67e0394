import { generateKeyPairSync } from 'node:crypto';
import type { Report } from '../../../src/reports/report.js';
import type { Answer } from '../../../src/rules/answer.js';
import { type GateRun, gateRun } from '../gate-run.js';
import { fallbackTag, type MadeContent, makeArtifact, makeImage, makeIndex, subjectOf } from '../image/image-maker.js';
import { NOW } from '../image/vulnerability-run.js';
import { makeDirectory } from '../process/scratch-repository.js';
import { zipOf } from '../registry/export-directory.js';
import { canaryRecord } from '../registry/osv-canary.js';
import type { MadeRecord } from '../registry/osv-server.js';
import { closeRegistries, openFor } from '../registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../registry/registry-server.js';
import { keySigner, type TestSigner } from '../signing/signer-identity.js';
import {
  classicAttestation,
  classicSignature,
  cosignManifest,
  IN_TOTO,
  inTotoStatement,
  simpleSigningPayload,
} from '../signing/sigstore-forms.js';

/** A publisher of Alpine images: a registry on loopback, the key it signs with, and advisories about its packages. */
export interface FakePublisher {
  readonly registry: RegistryServer;
  readonly signer: TestSigner;
  /** Makes and signs an image with these packages, `['openssl', '3.3.1-r0']`, and lets the tag point to it. */
  publish(tag: string, packages: readonly (readonly [string, string])[], options?: PublishOptions): Promise<string>;
  /** Whether anybody has read the layer of a published image. */
  isOpened(digest: string): boolean;
  /** Changes the layer of a published image so that it is not what its digest says. */
  breakLayer(digest: string): void;
  /** Evaluates `FROM` what is written, such as `base:1@sha256:…`, or several of them between blanks, by the publisher's key and the advisories. */
  evaluate(written: string, records: readonly MadeRecord[], run?: EvaluateOptions): Promise<Report>;
}

export interface PublishOptions {
  /** Who signs the image; null: nobody. */
  readonly signer?: TestSigner | null;
  /** OpenVEX documents about the digest that is published, and who signs each: the publisher, or somebody else. */
  readonly vex?: readonly {
    readonly document: (digest: string) => unknown;
    readonly signer?: TestSigner;
    /** The digest that the statement is about, where it is another one. */
    readonly about?: string;
  }[];
  /** OpenVEX that nobody signed, in the index as BuildKit puts what it attests. */
  readonly unsignedVex?: unknown;
}

interface EvaluateOptions extends Partial<GateRun> {
  /** Lines of the policy after `version`, `allow` and `registries`. */
  readonly lines?: readonly string[];
  /** Further lines of the allow entry. */
  readonly entry?: readonly string[];
  /** CVEs of CISA's list, beside an old one. */
  readonly exploited?: readonly string[];
}

export const REPOSITORY = 'acme/base';

const VEX = 'https://openvex.dev/ns/v0.2.0';

function unsignedIn({ descriptor: { digest } }: MadeContent, document: unknown): readonly MadeContent[] {
  if (document === undefined) return [];
  const made = makeArtifact({ layers: [{ mediaType: IN_TOTO, content: inTotoStatement(digest, VEX, document) }] });
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest };
  return [{ ...made, descriptor: { ...subjectOf(made), annotations } }];
}

export function untrustedKey(): TestSigner {
  return keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
}

const opened: RegistryServer[] = [];

/** For `afterEach`: closes the fakes that a test opened. */
export async function closeFakePublishers(): Promise<void> {
  await closeRegistries();
  await Promise.all(opened.splice(0).map((registry) => registry.close()));
}

/** Opens a fake for one test; `closeFakePublishers` closes it. */
export async function startFakePublisher(): Promise<FakePublisher> {
  const registry = await startRegistry();
  opened.push(registry);
  const signer = untrustedKey();
  const source = await openFor(registry.host);
  const layers = new Map<string, string>();
  return {
    registry,
    signer,
    async publish(tag, packages, options = {}) {
      const installed = packages.map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\no:${name}\n`).join('\n');
      const image = await makeImage({
        layers: [
          [
            { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.22.3\n' },
            { path: 'lib/apk/db/installed', content: `${installed}\n` },
          ],
        ],
      });
      const index = makeIndex([image, ...unsignedIn(image, options.unsignedVex)]);
      const { digest } = index.descriptor;
      layers.set(digest, image.layers[0]?.digest ?? '');
      registry.push(REPOSITORY, index, tag);
      const by = options.signer === undefined ? signer : options.signer;
      if (by !== null) {
        const layer = await classicSignature(by, simpleSigningPayload(digest), { entry: 'none' });
        registry.push(REPOSITORY, cosignManifest([layer]), fallbackTag(digest, '.sig'));
      }
      const attested = await Promise.all(
        (options.vex ?? []).map(({ document, signer: author = signer, about = digest }) =>
          classicAttestation(author, inTotoStatement(about, VEX, document(digest)), {
            entry: 'none',
          }),
        ),
      );
      if (attested.length > 0) registry.push(REPOSITORY, cosignManifest(attested), fallbackTag(digest, '.att'));
      return digest;
    },
    isOpened(digest) {
      return registry.requests.some(({ url }) => url.endsWith(`/blobs/${layers.get(digest)}`));
    },
    breakLayer(digest) {
      registry.corrupt(REPOSITORY, layers.get(digest) ?? '', Buffer.from('no layer'));
    },
    evaluate(written, records, { lines = ['profile: hardened'], entry = [], exploited = [], ...run } = {}) {
      return gateRun({
        files: {
          Dockerfile: written
            .split(' ')
            .map((one) => `FROM ${registry.host}/acme/${one}\n`)
            .join(''),
        },
        policy: [
          'version: 1',
          'allow:',
          `  - image: "${registry.host}/**"`,
          '    authorities: [{ key: { file: base.pub, log: ignored } }]',
          ...entry.map((line) => `    ${line}`),
          `registries: { "${registry.host}": { private-network: true, insecure: true } }`,
          ...lines,
          '',
        ].join('\n'),
        policyFiles: { 'base.pub': signer.publicKeyPem },
        source,
        now: NOW,
        settings: { vulnerabilitiesDirectory: advisories(records, exploited) },
        ...run,
      });
    },
  };
}

/** A directory of OSV exports and CISA's list. */
function advisories(records: readonly MadeRecord[], exploited: readonly string[]): string {
  const list = {
    dateReleased: '2026-11-20T00:00:00Z',
    vulnerabilities: ['CVE-1999-0001', ...exploited].map((cveID) => ({ cveID })),
  };
  return makeDirectory({
    'Alpine/all.zip': zipOf([canaryRecord('Alpine:v3.22'), ...records]),
    'known_exploited_vulnerabilities.json': JSON.stringify(list),
  });
}

export function answersOf(report: Report, rule: string): readonly Answer[] {
  return report.answers.filter((answer) => answer.rule === rule);
}
