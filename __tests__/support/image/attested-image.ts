import { collectApko } from '../../../src/attestations/provenance/collect-apko.js';
import { collectProvenance } from '../../../src/attestations/provenance/collect-provenance.js';
import { collectSbom } from '../../../src/attestations/sbom/collect-sbom.js';
import { collectVex } from '../../../src/attestations/vex/collect-vex.js';
import type { CollectContext } from '../../../src/evidence/collector.js';
import { type Evidence, present } from '../../../src/evidence/evidence.js';
import type { CollectedEvidence } from '../../../src/evidence/kinds.js';
import { optionalField } from '../../../src/lib/collections.js';
import type { InstalledPackage, Inventory } from '../../../src/packages/inventory.js';
import { builtInPolicy } from '../../../src/policy/baseline.js';
import type { AllowEntry } from '../../../src/policy/policy.js';
import { parseReference, type Reference } from '../../../src/references/reference.js';
import { LayoutSource } from '../../../src/registry/layout/layout.js';
import type { ImageRuleSubject } from '../../../src/rules/rule.js';
import type { KeyIdentity, Signer } from '../../../src/signatures/signer.js';
import { type ImageStatements, readStatement } from '../../../src/signatures/statement.js';
import type { RejectedSignature } from '../../../src/signatures/verified.js';
import { makeUse } from '../report-maker.js';
import { makeAllowEntry } from '../signing/allow-entry.js';

export const PLATFORM_DIGEST = `sha256:${'1'.repeat(64)}`;
export const INDEX_DIGEST = `sha256:${'2'.repeat(64)}`;
export const OTHER_DIGEST = `sha256:${'3'.repeat(64)}`;
export const NOW = new Date('2026-06-01T00:00:00Z');

export const KEY: KeyIdentity = { kind: 'key', name: 'base.pub', fingerprint: `sha256:${'4'.repeat(64)}` };

/** An in-toto document as a test wants it attested; signed by KEY unless it says otherwise. */
export interface MadeStatement {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly signer?: Signer | null;
  readonly signedAt?: string;
  readonly on?: 'index' | 'platform';
  /** Digests its subjects have; default: the one it is about. */
  readonly subjects?: readonly Readonly<Record<string, string>>[];
}

export interface AttestedOptions {
  readonly statements: readonly MadeStatement[];
  readonly entry?: Partial<AllowEntry>;
  readonly incomplete?: ImageStatements['incomplete'];
  readonly packages?: Inventory;
}

const ENTRY: AllowEntry = makeAllowEntry({ pattern: 'registry.example/**' });

function reference(): Reference {
  const parsed = parseReference('registry.example/base/app:1');
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

/** What the statements collector gives for these documents: each payload is read as an untrusted party's. */
function statementEvidence({ statements, incomplete }: AttestedOptions): Evidence<ImageStatements> {
  const verified: ImageStatements['verified'][number][] = [];
  const unsigned: ImageStatements['unsigned'][number][] = [];
  const rejected: RejectedSignature[] = [];
  statements.forEach(({ on = 'platform', predicateType, predicate, subjects, signer = KEY, signedAt }, index) => {
    const digest = on === 'index' ? INDEX_DIGEST : PLATFORM_DIGEST;
    const own = { sha256: digest.slice('sha256:'.length) };
    const payload = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: (subjects ?? [own]).map((one) => ({ name: 'image', digest: one })),
      predicateType,
      predicate,
    };
    const place = `registry.example/base/app@${digest} layer ${index}`;
    const read = readStatement(new TextEncoder().encode(JSON.stringify(payload)), digest);
    if (!read.ok) rejected.push({ place, ...read.error });
    else if (signer === null) unsigned.push({ ...read.value, digest, on, place });
    else {
      verified.push({
        ...read.value,
        ...{ digest, on, place, signer, logged: [], authority: 'an authority', authorityIndex: 0 },
        form: 'cosign attestation',
        ...optionalField('signedAt', signedAt),
      });
    }
  });
  if (verified.length + unsigned.length + rejected.length === 0 && incomplete === undefined) {
    return { status: 'absent', lookedIn: [{ place: 'registry.example/base/app', answer: 'nothing' }] };
  }
  const found = { verified, unsigned, rejected, unsupported: [], roots: [] };
  return present({ ...found, ...optionalField('incomplete', incomplete) }, 'registry.example/base/app');
}

/** Collects what an image with these in-toto documents gives: the real collectors over the statements. */
export async function collectAttested(options: AttestedOptions): Promise<CollectedEvidence> {
  const statements = statementEvidence(options);
  const context: CollectContext = {
    subject: {
      reference: reference(),
      pullFrom: reference(),
      verifiedBy: { ...ENTRY, ...options.entry },
      platform: { os: 'linux', architecture: 'amd64' },
    },
    policy: builtInPolicy('strict'),
    source: new LayoutSource('/nonexistent'),
    settings: { now: NOW, offline: true },
    // The collectors under test ask for statements alone.
    get: (async () => statements) as CollectContext['get'],
    once: (_key, work) => work(),
  };
  const [sbom, provenance, vex, apko] = await Promise.all([
    collectSbom(context),
    collectProvenance(context),
    collectVex(context),
    collectApko(context),
  ]);
  const packages = options.packages;
  return {
    statements,
    sbom,
    provenance,
    vex,
    apko,
    ...(packages === undefined ? {} : { packages: present(packages, 'layers') }),
  };
}

/** What a rule over the image sees. */
export async function attestedSubject(options: AttestedOptions): Promise<ImageRuleSubject> {
  return {
    use: makeUse('registry.example/base/app:1'),
    file: { path: 'Dockerfile', status: 'read' },
    stages: [],
    reference: reference(),
    policy: builtInPolicy('strict'),
    entry: { ...ENTRY, ...options.entry },
    verifiedBy: { ...ENTRY, ...options.entry },
    publisher: null,
    now: NOW,
    waiverOf: () => null,
    platform: { os: 'linux', architecture: 'amd64' },
    evidence: await collectAttested(options),
  };
}

/** An inventory of apk packages, as the database in the layers shows it. */
export function apkInventory(
  packages: readonly (readonly [string, string])[],
  unknowns: Inventory['unknowns'] = [],
): Inventory {
  const where = 'lib/apk/db/installed';
  return {
    packages: packages.map(
      ([name, version]): InstalledPackage => ({
        type: 'apk',
        name,
        version,
        source: { name },
        licenses: [],
        purl: `pkg:apk/wolfi/${name}@${version}`,
        where,
        files: [],
      }),
    ),
    distribution: null,
    databases: [{ path: where, format: 'apk', packages: packages.length }],
    unknowns,
    unreadContents: [],
    uncataloged: [],
  };
}
