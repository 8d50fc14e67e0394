import { signedBy } from '../../signatures/signer.js';

/** Where a build's source came from. */
export interface BuildSource {
  /** Without `git+`, `.git`, ref or query: `https://github.com/acme/images`. */
  readonly repository: string;
  readonly commit?: string;
  readonly ref?: string;
  /** The field of the predicate that says so. */
  readonly from: string;
}

/** Something the build took in. */
export interface Material {
  readonly uri: string;
  /** `sha256:…`, `gitCommit:…`; empty where the builder did not pin it. */
  readonly digests: readonly string[];
}

/** A build parameter, its value as text, cut where it is long. */
export interface BuildParameter {
  readonly name: string;
  readonly value: string;
}

/** What a SLSA provenance predicate says of a build. */
export interface BuildProvenance {
  readonly format: 'SLSA v0.2' | 'SLSA v1';
  /** Absent where the predicate leaves it out or empty, as BuildKit does outside of CI. */
  readonly builder?: string;
  readonly buildType: string;
  readonly source?: BuildSource;
  readonly parameters: readonly BuildParameter[];
  readonly invocation?: string;
  /** RFC 3339, as written. */
  readonly startedOn?: string;
  readonly finishedOn?: string;
  readonly materials: readonly Material[];
  /** How many materials there are, of which `materials` holds the first. */
  readonly materialCount: number;
}

/** Provenance of an image, and on whose word. */
export interface AttestedProvenance {
  readonly provenance: BuildProvenance;
  /** Absent for an unsigned one. */
  readonly signer?: string;
  readonly signedAt?: string;
  /** The repository that the signer's certificate was issued for; absent where it names none, or a key signed. */
  readonly certifiedSource?: string;
  readonly level: BuildLevel;
  /** Where the signer's certificate says something else than the predicate; each a sentence. */
  readonly conflicts: readonly string[];
  readonly digest: string;
  readonly on: 'index' | 'platform';
  readonly predicateType: string;
  readonly place: string;
}

/** A SLSA build level, and the steps that lead to it. @see https://slsa.dev/spec/v1.1/levels */
export interface BuildLevel {
  readonly level: 0 | 1 | 2 | 3;
  readonly reasoning: readonly string[];
}

/** The value of the evidence `provenance`. */
export interface ImageProvenance {
  /** One at least: an image without any has no such evidence. */
  readonly all: readonly [AttestedProvenance, ...AttestedProvenance[]];
  /** Whether they may be counted on: they are signed by an authority, or the entry accepts unsigned ones. */
  readonly counts: boolean;
  readonly problems: readonly string[];
}

/** Who built an image from what, at which level, and on whose word: a clause that begins with "built by". */
export function describeProvenance({ provenance, level, signer, on }: AttestedProvenance): string {
  const { builder = 'an unnamed builder', source } = provenance;
  const commit = source?.commit === undefined ? '' : ` at ${source.commit}`;
  const from = source === undefined ? '' : ` from ${source.repository}${commit}`;
  const over = on === 'index' ? 'the index' : "the platform's manifest";
  return `built by ${builder}${from}, SLSA build level ${level.level}, for ${over}, ${signedBy(signer)}`;
}
