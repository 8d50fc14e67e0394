import type { Role } from '../build-files/image-use.js';
import type { Platform } from '../references/platform.js';

/** How much an answer matters. `off` means the rule is not evaluated. */
export const LEVELS = ['error', 'warning', 'note', 'off'] as const;
export type Level = (typeof LEVELS)[number];

export const PROFILES = ['observe', 'baseline', 'hardened', 'strict'] as const;
export type Profile = (typeof PROFILES)[number];

/** Who may sign: a key, or a keyless identity. */
export type Authority =
  | {
      readonly kind: 'keyless';
      readonly issuer: string;
      /** Exact, or an anchored glob of the policy's dialect. */
      readonly subject: string;
      /** Optional constraints on Fulcio's extensions; exact or anchored globs. */
      readonly sourceRepository?: string;
      readonly sourceRef?: string;
      readonly workflow?: string;
      readonly buildSignerDigest?: string;
      readonly runnerEnvironment?: string;
      /** It was named as a repository of GitHub, whose own Sigstore instance then counts as well as the public one. */
      readonly github?: true;
      /** Provenance by it counts as its signature: its builder is this very workflow. */
      readonly acceptsProvenance?: true;
      /** The repository of GitHub (`owner/name`) whose attestations are requested from the API. */
      readonly attestationsOf?: string;
      readonly signatureRepository?: string;
    }
  | {
      readonly kind: 'key';
      /** PEM text; files are read by the loader from the policy's own commit. */
      readonly pem: string;
      /** What to call it in reports: the file's path, or `inline key` with a fingerprint. */
      readonly name: string;
      readonly log: 'required' | 'ignored';
      readonly signatureRepository?: string;
    }
  /** A subject of certificates under roots of the policy, as the Notary Project has it. */
  | {
      readonly kind: 'notation';
      /** PEM certificates that a chain must reach, by the signing scheme they vouch for. */
      readonly ca: readonly string[];
      readonly signingAuthority: readonly string[];
      /** PEM roots of timestamp authorities; without one, certificates must be valid now. */
      readonly timestampRoots: readonly string[];
      /** Either `x509.subject: …` values, or a single `*`. */
      readonly identities: readonly string[];
      readonly timestamps: 'always' | 'after-expiry';
      readonly revocation: 'required' | 'skip';
      /** Of the timestamp authorities' certificates. */
      readonly timestampRevocation: 'required' | 'skip';
      /** Checks whose failure is reported only, as notation's level permissive has it. */
      readonly onlyLogged: readonly ('expiry' | 'authentic-timestamp' | 'revocation')[];
      readonly signatureRepository?: string;
    }
  /** A key that only a key management service holds: named, never usable here. */
  | { readonly kind: 'kms'; readonly uri: string; readonly signatureRepository?: string };

/** Sources of vulnerabilities that a policy may ask for beside OSV. */
export const VULNERABILITY_FEEDS = ['chainguard'] as const;
export type VulnerabilityFeed = (typeof VULNERABILITY_FEEDS)[number];

export interface ProvenanceRequirement {
  readonly builder?: string;
  readonly source?: string;
  readonly minLevel?: number;
}

/** One line of the allowlist, its catalog entry already looked up and its key files already read. */
export interface AllowEntry {
  /** `allow[2]`, for messages. */
  readonly name: string;
  /** The pattern over normalized references that governs; an entry of the catalog yields one AllowEntry per pattern. */
  readonly pattern: string;
  /** The catalog's publisher, where the entry names one. */
  readonly publisher?: string;
  /** How many authorities must have signed. */
  readonly require: number;
  /** How many must have made a statement about the image; absent: as many as must have signed it. */
  readonly requireStatements?: number;
  readonly authorities: readonly Authority[];
  /** False with a reason: this entry is let through without a signature. */
  readonly signed: boolean;
  readonly reason?: string;
  readonly provenance?: ProvenanceRequirement;
  readonly unsignedAttestations: 'allow' | 'deny';
  readonly noPackages: 'allow' | 'deny';
  /** Whether the entry claims Wolfi (from-wolfi's question). */
  readonly wolfi: boolean;
  readonly at?: PolicyPosition;
}

export interface DenyEntry {
  readonly pattern: string;
  readonly reason: string;
  readonly at?: PolicyPosition;
}

export interface PolicyPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Under this id images are reported that were not evaluated; no rule has it, and waivers may name it. */
export const UNVERIFIED = 'unverified';

/** Under this id references are reported whose digest the lock does not have; no rule has it, and no waiver covers it. */
export const LOCKED = 'locked';

/** A reviewed exception. */
export interface Waiver {
  readonly rule: string;
  /** A pattern over normalized references; absent: every image. */
  readonly image?: string;
  /** A glob over build files; absent: every file. */
  readonly file?: string;
  readonly vulnerability?: string;
  readonly reason: string;
  readonly owner: string;
  /** ISO date; the last day it holds, in UTC. */
  readonly expires: string;
  readonly covers: 'fail' | 'indeterminate';
  readonly at?: PolicyPosition;
}

/** What a policy says about one rule: the level and options it changes; the rest is the profile's. */
export interface RuleOverride {
  readonly level?: Level;
  readonly onIndeterminate?: 'warn' | 'fail';
  /** The day (ISO date, UTC) from which an error decides the verdict; there only while that day is to come. */
  readonly enforceFrom?: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A profile that is announced: reported as it will be, while another one decides the verdict. */
export interface ProfilePhase {
  /** The profile that decides until then. */
  readonly before: Profile;
  /** ISO date; the first day, in UTC, on which the policy's profile decides. */
  readonly enforceFrom: string;
}

export interface RegistryOverride {
  /** Private, loopback and link-local addresses may be connected to. */
  readonly privateNetwork: boolean;
  /** Plain HTTP. */
  readonly insecure: boolean;
  /** `registry[/prefix]` that this path mirrors. */
  readonly mirrorOf?: string;
  /** An OCI image layout directory, for the command line. */
  readonly layout?: string;
  /** Further hosts that credentials for this registry may be sent to (token realms). */
  readonly tokenHosts: readonly string[];
}

/** Which images are evaluated; the later, the stricter. */
export const SCOPES = ['build', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/** The policy of a run: read, extended, checked, and resolved against the catalog. */
export interface Policy {
  readonly source: PolicySource;
  readonly profile: Profile;
  /** Absent where the profile decides already. */
  readonly phase?: ProfilePhase;
  /** Empty: no allowlist. */
  readonly allow: readonly AllowEntry[];
  readonly deny: readonly DenyEntry[];
  readonly rules: Readonly<Record<string, RuleOverride>>;
  readonly roles: Readonly<Partial<Record<Role, Readonly<Record<string, RuleOverride>>>>>;
  readonly files: {
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    /** Where each of `exclude` stands. */
    readonly excludeAt?: readonly PolicyPosition[];
    readonly targets: Readonly<Record<string, readonly string[]>>;
    readonly buildArgs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly platforms: readonly Platform[];
  /** Named contexts and images built in this repository: name → its value. */
  readonly contexts: Readonly<Record<string, string>>;
  /** The text of a sigstore trusted root (JSON) that replaces the public one, read from the commit of the policy that names it. */
  readonly trustedRoot?: string;
  readonly maxWaiverDays: number;
  /** The result for an image that was not opened; absent: the profile's. */
  readonly unverified?: 'fail' | 'warn';
  /** Whether images that are only run are evaluated, too; absent: they are. */
  readonly scope?: Scope;
  /** Which failures a pull request inherits as warnings: those of all rules, or of none; absent: of rules that age. */
  readonly onlyNew?: boolean;
  /** Further sources of vulnerabilities; none unless the policy requires it. */
  readonly vulnerabilityFeeds?: readonly VulnerabilityFeed[];
  /** Keyed by `host[/prefix]`. */
  readonly registries: Readonly<Record<string, RegistryOverride>>;
  readonly waivers: readonly Waiver[];
  /** Files of its own repository that it takes in (key files, trusted roots, policies it extends), for policy-unchanged. */
  readonly dependsOn: readonly string[];
}

/** Where a policy is looked for, unless something else is named. */
export const POLICY_PATH = '.github/base-image-gate.yml';
/** Read where the file of the first name is not there. */
export const OTHER_POLICY_PATH = '.github/base-image-gate.yaml';

/** Named in a policy that is proposed, so that editors check and complete it. */
export const POLICY_SCHEMA_URL =
  'https://raw.githubusercontent.com/base-image-gate/base-image-gate/v1/schemas/policy.schema.json';

/** The file that findings about a policy point to: its own, or where one would be. */
export function policyPath({ source }: { readonly source: PolicySource }): string {
  return source.path ?? POLICY_PATH;
}

export interface PolicySource {
  /** `built-in baseline`, or the file's path with its repository where it is another one. */
  readonly name: string;
  readonly path?: string;
  readonly repository?: string;
  readonly commit?: string;
  /** Policies it extends, each resolved to a commit where it has one. */
  readonly extends: readonly { readonly name: string; readonly commit?: string }[];
}
