import type { ApkoConfiguration } from '../attestations/provenance/apko.js';
import type { ImageProvenance } from '../attestations/provenance/provenance.js';
import type { ImageSbom } from '../attestations/sbom/image-sbom.js';
import type { Timestamps } from '../attestations/timestamps/timestamps.js';
import type { ImageVex } from '../attestations/vex/vex-verdict.js';
import type { FilesystemFacts } from '../image-content/filesystem/filesystem-facts.js';
import type { Inventory } from '../packages/inventory.js';
import type { Ownership } from '../packages/ownership.js';
import type { ResolvedImage, TagState } from '../registry/resolved-image.js';
import type { ImageStatements } from '../signatures/statement.js';
import type { ImageSignatures } from '../signatures/verified.js';
import type { KnownVulnerabilities } from '../vulnerabilities/vulnerabilities.js';
import type { Evidence } from './evidence.js';

/**
 * Every kind of evidence and the value it holds. A module adds its kind here, and its collector to
 * src/evidence/collectors.ts; a rule names the kinds it needs and is given exactly those.
 */
export interface EvidenceKinds {
  /** Index, manifest and config digests, and the configuration. */
  readonly image: ResolvedImage;
  /** Where the tag points now. */
  readonly tag: TagState;
  /** Signatures over the image, and which of them count. */
  readonly signatures: ImageSignatures;
  /** In-toto statements about the image that an authority signed, and unsigned documents next to them. */
  readonly statements: ImageStatements;
  /** What is really in the layers. */
  readonly filesystem: FilesystemFacts;
  /** Everything that is installed, by the image's own databases. */
  readonly packages: Inventory;
  /** Files that no package owns, and owned ones that are not as packaged. */
  readonly ownership: Ownership;
  /** SBOM attested of the image. */
  readonly sbom: ImageSbom;
  /** SLSA provenance attested of the image. */
  readonly provenance: ImageProvenance;
  /** The configuration apko built the image from, attested. */
  readonly apko: ApkoConfiguration;
  /** OpenVEX statements attested of the image. */
  readonly vex: ImageVex;
  /** What is publicly known against what is in it. */
  readonly vulnerabilities: KnownVulnerabilities;
  /** How old it is, and who says so. */
  readonly timestamps: Timestamps;
}

export type EvidenceKind = keyof EvidenceKinds;

/** What was collected for one use on one platform. */
export type CollectedEvidence = { readonly [K in EvidenceKind]?: Evidence<EvidenceKinds[K]> };
