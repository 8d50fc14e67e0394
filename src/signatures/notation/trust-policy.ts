import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import { findOverlap, parseSubjectIdentity, type SubjectIdentity } from './distinguished-name.js';
import { STORE_TYPES, type StoreType } from './trust-store.js';

const VALIDATIONS = ['integrity', 'authenticity', 'authenticTimestamp', 'expiry', 'revocation'] as const;
type Validation = (typeof VALIDATIONS)[number];
type Action = 'enforce' | 'log' | 'skip';

const LEVELS = {
  strict: { authenticity: 'enforce', authenticTimestamp: 'enforce', expiry: 'enforce', revocation: 'enforce' },
  permissive: { authenticity: 'enforce', authenticTimestamp: 'log', expiry: 'log', revocation: 'log' },
  audit: { authenticity: 'log', authenticTimestamp: 'log', expiry: 'log', revocation: 'log' },
  skip: { authenticity: 'skip', authenticTimestamp: 'skip', expiry: 'skip', revocation: 'skip' },
} as const satisfies Readonly<Record<string, Readonly<Record<Exclude<Validation, 'integrity'>, Action>>>>;
export type TrustLevel = keyof typeof LEVELS;

/** More than any policy needs: identities are compared with each other. */
const TRUST_POLICY_LIMITS = { statements: 1000, scopes: 1000, stores: 100, identities: 100 } as const;

/** Members that are not known are ignored, as notation does. */
const documentSchema = z.object({
  version: z.literal('1.0'),
  trustPolicies: z
    .array(
      z.object({
        name: z.string().min(1),
        registryScopes: z.array(z.string()).min(1).max(TRUST_POLICY_LIMITS.scopes),
        signatureVerification: z.object({
          level: z.enum(['strict', 'permissive', 'audit', 'skip']),
          override: z.partialRecord(z.enum(VALIDATIONS), z.enum(['enforce', 'log', 'skip'])).optional(),
          verifyTimestamp: z.enum(['', 'always', 'afterCertExpiry']).optional(),
        }),
        trustStores: z.array(z.string()).max(TRUST_POLICY_LIMITS.stores).nullish(),
        trustedIdentities: z.array(z.string()).nullish(),
      }),
    )
    .min(1)
    .max(TRUST_POLICY_LIMITS.statements),
});
type StatementLine = z.infer<typeof documentSchema>['trustPolicies'][number];

/** One statement of a trust policy, checked. */
export interface TrustStatement {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly level: TrustLevel;
  readonly stores: readonly { readonly type: StoreType; readonly name: string }[];
  readonly identities: 'any' | readonly SubjectIdentity[];
  readonly timestamps: 'always' | 'after-expiry';
  readonly actions: Readonly<Record<Exclude<Validation, 'integrity'>, Action>>;
}

const STORE = /^([A-Za-z]+):([A-Za-z0-9_.-]+)$/;
const DOMAIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[0-9]+)?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
export const IDENTITY_PREFIX = 'x509.subject:';

/**
 * Reads a trust policy document and checks it as notation does. Fails with a clause that can follow "because".
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/trust-store-trust-policy.md#trust-policy
 */
export function readTrustPolicy(bytes: Uint8Array): Result<readonly TrustStatement[], string> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return json;
  const document = documentSchema.safeParse(json.value);
  if (!document.success) {
    const [issue] = document.error.issues;
    return err(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'malformed'}`);
  }
  const statements: TrustStatement[] = [];
  for (const line of document.data.trustPolicies) {
    const statement = readStatement(line);
    if (!statement.ok) return err(`the statement "${line.name}" can't be used: ${statement.error}`);
    statements.push(statement.value);
  }
  const names = repeated(statements.map(({ name }) => name));
  if (names !== undefined) return err(`two statements have the name "${names}"`);
  const scopes = repeated(statements.flatMap((statement) => statement.scopes));
  return scopes === undefined ? ok(statements) : err(`the registry scope ${scopes} appears twice`);
}

function repeated(texts: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return texts.find((text) => seen.size === seen.add(text).size);
}

function readStatement(line: StatementLine): Result<TrustStatement, string> {
  const { name, registryScopes: scopes, signatureVerification: verification } = line;
  const scope = checkScopes(scopes);
  if (!scope.ok) return scope;
  const actions = readActions(verification);
  if (!actions.ok) return actions;
  const stores = readStores(line.trustStores ?? []);
  if (!stores.ok) return stores;
  const identities = readIdentities(line.trustedIdentities ?? []);
  if (!identities.ok) return identities;
  const isEmpty = stores.value.length === 0 || (identities.value !== 'any' && identities.value.length === 0);
  const { level } = verification;
  if (level === 'skip' && (stores.value.length > 0 || identities.value.length > 0))
    return err('its level is skip, but it names trust stores or identities');
  if (level !== 'skip' && isEmpty) return err('it needs trust stores and trusted identities');
  return ok({
    name,
    scopes,
    level,
    stores: stores.value,
    identities: identities.value,
    timestamps: verification.verifyTimestamp === 'afterCertExpiry' ? 'after-expiry' : 'always',
    actions: actions.value,
  });
}

function checkScopes(scopes: readonly string[]): Result<true, string> {
  if (scopes.includes('*')) return scopes.length === 1 ? ok(true) : err('the registry scope * must be the only one');
  const bad = scopes.find((scope) => !isRepository(scope));
  return bad === undefined
    ? ok(true)
    : err(`the registry scope ${bad} is not a repository such as example.com/base/app`);
}

function isRepository(scope: string): boolean {
  const [domain = '', ...path] = scope.split('/');
  return DOMAIN.test(domain) && path.length > 0 && path.every((part) => PATH_PART.test(part));
}

function readActions({
  level,
  override = {},
}: StatementLine['signatureVerification']): Result<TrustStatement['actions'], string> {
  const entries = Object.entries(override);
  if (level === 'skip' && entries.length > 0) return err("its level is skip, which can't be overridden");
  for (const [validation, action] of entries) {
    if (validation === 'integrity') return err("integrity can't be overridden");
    if (validation !== 'revocation' && action === 'skip') return err(`${validation} can't be skipped`);
  }
  const { integrity: _, ...changes } = override;
  return ok({ ...LEVELS[level], ...changes });
}

function readStores(texts: readonly string[]): Result<TrustStatement['stores'], string> {
  const stores: { readonly type: StoreType; readonly name: string }[] = [];
  for (const text of texts) {
    const [, written, name] = STORE.exec(text) ?? [];
    const type = STORE_TYPES.find((known) => known === written);
    if (type === undefined || name === undefined || /^\.{1,2}$/.test(name))
      return err(`the trust store ${text} is not of the form TYPE:NAME with one of ${STORE_TYPES.join(', ')}`);
    stores.push({ type, name });
  }
  return ok(stores);
}

/** Reads trusted identities: `*` alone, or `x509.subject:` and a distinguished name each, none of which includes another. */
export function readIdentities(texts: readonly string[]): Result<TrustStatement['identities'], string> {
  if (texts.includes('*')) return texts.length === 1 ? ok('any') : err('the identity * must be the only one');
  if (texts.length > TRUST_POLICY_LIMITS.identities)
    return err(`there are more than ${TRUST_POLICY_LIMITS.identities} identities`);
  const identities: SubjectIdentity[] = [];
  for (const text of texts) {
    if (!text.startsWith(IDENTITY_PREFIX))
      return err(`the identity "${text}" is not of the form "${IDENTITY_PREFIX} C=…, ST=…, O=…"`);
    const identity = parseSubjectIdentity(text.slice(IDENTITY_PREFIX.length));
    if (!identity.ok) return err(`the identity "${text}" can't be used: ${identity.error}`);
    identities.push(identity.value);
  }
  const overlap = findOverlap(identities);
  return overlap === undefined
    ? ok(identities)
    : err(`the identity "${overlap[0].text}" includes "${overlap[1].text}", and identities must not overlap`);
}

/** The statement for a repository (`registry.example.com/base/app`): the one that names it, else the one for `*`. */
export function statementFor(statements: readonly TrustStatement[], repository: string): TrustStatement | undefined {
  return (
    statements.find(({ scopes }) => scopes.includes(repository)) ??
    statements.find(({ scopes }) => scopes.includes('*'))
  );
}
