import { KeyUsageFlags } from '@peculiar/asn1-x509';
import { err, ok, type Result } from '../../lib/result.js';
import { type Certificate, EXTENSION, maySign } from './certificate.js';

/**
 * The rules for a chain of certificates, leaf first, each issued by the next, the last self-signed. Every rule is checked
 * once per certificate; validity in time is the caller's question. Names, policies and further extensions are not
 * evaluated, as the specification has it.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md#certificate-requirements
 */

/** More than any chain has. */
export const MAX_CHAIN = 10;

export const PURPOSE = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;
/** What a certificate that signs artifacts may not be for. */
const FORBIDDEN_PURPOSES: ReadonlySet<string> = new Set(Object.values(PURPOSE));
const FORBIDDEN_LEAF_USES =
  KeyUsageFlags.keyEncipherment |
  KeyUsageFlags.dataEncipherment |
  KeyUsageFlags.keyAgreement |
  KeyUsageFlags.keyCertSign |
  KeyUsageFlags.cRLSign |
  KeyUsageFlags.encipherOnly |
  KeyUsageFlags.decipherOnly;
/** The critical extensions that are understood in a timestamp authority's chain. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.keyUsage,
  EXTENSION.extendedKeyUsage,
  EXTENSION.basicConstraints,
  EXTENSION.subjectAltName,
  EXTENSION.certificatePolicies,
]);

/** Checks the chain of a certificate that signs artifacts. Fails with a clause that can follow "because". */
export function checkSigningChain(chain: readonly Certificate[]): Result<true, string> {
  return checkChain(chain, (certificate, isLeaf) => {
    if (certificate.keyUsage?.critical !== true) return 'has no critical key usage';
    if (!isLeaf) return undefined;
    const forbidden = certificate.extendedKeyUsage?.purposes.find((purpose) => FORBIDDEN_PURPOSES.has(purpose));
    return forbidden === undefined ? undefined : `is for another purpose (${forbidden}), not for signing artifacts`;
  });
}

/** Checks the chain of a timestamp authority (RFC 3161, section 2.3). Fails with a clause that can follow "because". */
export function checkTimestampChain(chain: readonly Certificate[]): Result<true, string> {
  return checkChain(chain, (certificate, isLeaf) => {
    const unknown = certificate.critical.find((oid) => !UNDERSTOOD.has(oid));
    if (unknown !== undefined) return `has the critical extension ${unknown}, which is not supported`;
    const { extendedKeyUsage: usage } = certificate;
    if (isLeaf) {
      const [purpose, ...others] = usage?.purposes ?? [];
      if (purpose !== PURPOSE.timeStamping || others.length > 0) return 'has a purpose other than timestamping';
      return usage?.critical === true ? undefined : 'does not mark its extended key usage as critical';
    }
    if (usage === undefined || usage.purposes.some((one) => one === PURPOSE.timeStamping || one === PURPOSE.any))
      return undefined;
    return 'must not issue timestamping certificates';
  });
}

/** What is wrong with one certificate, as a clause after its subject. */
type CheckOne = (certificate: Certificate, isLeaf: boolean) => string | undefined;

function checkChain(chain: readonly Certificate[], checkPurpose: CheckOne): Result<true, string> {
  if (chain.length === 0) return err('it has no certificate');
  if (chain.length > MAX_CHAIN) return err(`its chain is longer than ${MAX_CHAIN} certificates`);
  for (const [index, certificate] of chain.entries()) {
    const fault =
      checkIssuance(chain, index) ??
      (index === 0 ? checkLeaf(certificate) : checkAuthority(certificate, index - 1)) ??
      checkPurpose(certificate, index === 0);
    if (fault !== undefined) return err(`its certificate ${certificate.subject} ${fault}`);
  }
  return ok(true);
}

function checkIssuance(chain: readonly Certificate[], index: number): string | undefined {
  const certificate = chain[index];
  const issuer = chain[index + 1];
  if (certificate === undefined) return 'is missing';
  if (!certificate.isSoundlySigned) return 'is signed with an algorithm outside the SHA-2 family';
  const isSelfSigned = isIssuedBy(certificate, certificate);
  if (issuer === undefined) return isSelfSigned ? undefined : 'ends the chain but is not self-signed';
  if (isSelfSigned) return 'is self-signed but does not end the chain';
  return isIssuedBy(certificate, issuer) ? undefined : `is not issued by ${issuer.subject}`;
}

/** Whether the issuer's name is the one named and its key made the signature. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return certificate.issuerDer.equals(issuer.subjectDer) && certificate.isSignedBy(issuer.key);
}

function checkLeaf(leaf: Certificate): string | undefined {
  if (leaf.constraints?.ca === true) return 'is a CA certificate, not a signing certificate';
  if (!maySign(leaf, KeyUsageFlags.digitalSignature)) return 'lacks the key usage digitalSignature';
  if (maySign(leaf, FORBIDDEN_LEAF_USES)) return 'has key usages other than digitalSignature';
  return signatureAlgorithmOf(leaf) === undefined
    ? 'has a key type or size that the specification does not allow'
    : undefined;
}

/** `below`: how many authorities stand between this one and the leaf. */
function checkAuthority(authority: Certificate, below: number): string | undefined {
  if (authority.constraints?.ca !== true) return 'is not a CA certificate, but issued another certificate';
  const { pathLength } = authority.constraints;
  if (pathLength !== undefined && pathLength < below)
    return 'has more CA certificates below it than its path length allows';
  return maySign(authority, KeyUsageFlags.keyCertSign) ? undefined : 'lacks the key usage keyCertSign';
}

export type SignatureAlgorithm = 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512';

const RSA: ReadonlyMap<number | undefined, SignatureAlgorithm> = new Map([
  [2048, 'PS256'],
  [3072, 'PS384'],
  [4096, 'PS512'],
]);
const CURVES: ReadonlyMap<string | undefined, SignatureAlgorithm> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/**
 * The one algorithm that a certificate's key may sign with; undefined for keys that may not sign.
 * @see https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md#algorithm-selection
 */
export function signatureAlgorithmOf({ key }: Certificate): SignatureAlgorithm | undefined {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return RSA.get(details?.modulusLength);
    case 'ec':
      return CURVES.get(details?.namedCurve);
    default:
      return undefined;
  }
}

/** The first certificate that is not valid over a whole span of time. */
export function invalidDuring(chain: readonly Certificate[], from: Date, to: Date): Certificate | undefined {
  return chain.find(({ notBefore, notAfter }) => !(notBefore <= from && to <= notAfter));
}
