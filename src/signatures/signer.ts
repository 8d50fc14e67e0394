/** What a Fulcio certificate says of the workload that signed. @see https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
export interface KeylessIdentity {
  readonly kind: 'keyless';
  readonly subject: string;
  readonly issuer: string;
  readonly sourceRepository?: string;
  readonly sourceRef?: string;
  /** The workflow's file and ref, such as `https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main`. */
  readonly workflow?: string;
  readonly buildSignerDigest?: string;
  readonly runnerEnvironment?: string;
  /** The page of the run that signed. */
  readonly run?: string;
}

export interface KeyIdentity {
  readonly kind: 'key';
  /** What the policy calls the key. */
  readonly name: string;
  /** `sha256:` of its SubjectPublicKeyInfo. */
  readonly fingerprint: string;
}

/** Who signed: proven by the signature, never read from an annotation. */
export type Signer = KeylessIdentity | KeyIdentity;

/** One line for people: `subject (issuer)`, or the key's name. */
export function describeSigner(signer: Signer): string {
  return signer.kind === 'keyless' ? `${signer.subject} (issuer ${signer.issuer})` : `the key ${signer.name}`;
}

/** A place in a transparency log, verified by its promise or proof. */
export interface LogEntry {
  readonly log: string;
  readonly index: string;
}

/** Who signed, when, and where that is logged. */
export interface SignatureFacts {
  readonly signer: Signer;
  /** The earliest trusted time, ISO 8601 in UTC; absent where a key signed and neither log nor timestamp tells. */
  readonly signedAt?: string;
  readonly timeFrom?: 'transparency log' | 'timestamp authority';
  readonly logged: readonly LogEntry[];
}
