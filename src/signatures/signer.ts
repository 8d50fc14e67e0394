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
  /** The fingerprint of the certificate's key. */
  readonly key?: string;
}

export interface KeyIdentity {
  readonly kind: 'key';
  /** What the policy calls the key. */
  readonly name: string;
  /** `sha256:` of its plain SubjectPublicKeyInfo. */
  readonly fingerprint: string;
}

/** The subject of a certificate whose chain reaches a root of the policy (Notary Project). */
export interface CertificateIdentity {
  readonly kind: 'certificate';
  /** As RFC 4514 writes it: `CN=…,O=…,C=…`. */
  readonly subject: string;
  /** `sha256:` of the certificate. */
  readonly fingerprint: string;
  /** The fingerprint of the certificate's key. */
  readonly key?: string;
  readonly scheme: 'notary.x509' | 'notary.x509.signingAuthority';
}

/** Who signed: proven by the signature, never read from an annotation. */
export type Signer = KeylessIdentity | KeyIdentity | CertificateIdentity;

/**
 * One line for people: `subject (issuer)`, the key's name, or the certificate's subject with its signing scheme. The
 * source repository stands with a workflow of another one, which signs for any caller.
 */
export function describeSigner(signer: Signer): string {
  switch (signer.kind) {
    case 'keyless':
      return `${signer.subject} (issuer ${signer.issuer}${isCalled(signer) ? `, for ${signer.sourceRepository}` : ''})`;
    case 'key':
      return `the key ${signer.name}`;
    case 'certificate':
      return `${signer.subject} (Notary Project, ${signer.scheme})`;
  }
}

/** The signer in words, as `describeSigner` writes it, or that there is none. */
export function signedBy(signer: string | undefined): string {
  return signer === undefined ? 'unsigned' : `signed by ${signer}`;
}

/** Whether a workflow signed that another repository has. GitHub's names are the same in any case. */
export function isCalled({ subject, sourceRepository }: KeylessIdentity): boolean {
  return sourceRepository !== undefined && !subject.toLowerCase().startsWith(`${sourceRepository}/`.toLowerCase());
}

/** A place in a transparency log, verified by its promise or proof. */
export interface LogEntry {
  readonly log: string;
  readonly index: string;
}

/** Who signed, when, and where that is logged. */
export interface SignatureFacts {
  readonly signer: Signer;
  /** The earliest trusted time, ISO 8601 in UTC; absent where a key signed and neither log nor timestamp shows. */
  readonly signedAt?: string;
  readonly timeFrom?: 'transparency log' | 'timestamp authority' | 'signing authority';
  readonly logged: readonly LogEntry[];
  /** Checks that failed and that the trust policy says to report only, as clauses after "it". */
  readonly onlyLogged?: readonly string[];
}

/** What there is to look up of a signature: when, where it is logged, by which run or certificate, and what did not hold. */
export function describeTraces({ signer, signedAt, logged, onlyLogged = [] }: SignatureFacts): readonly string[] {
  return [
    ...(signedAt === undefined ? [] : [signedAt]),
    ...logged.map(({ log, index }) => `${log} index ${index}`),
    ...(signer.kind === 'keyless' && signer.run !== undefined ? [`run ${signer.run}`] : []),
    ...(signer.kind === 'certificate' ? [`certificate ${signer.fingerprint}`] : []),
    ...onlyLogged.map((reason) => `although ${reason} (the trust policy only logs that)`),
  ];
}
