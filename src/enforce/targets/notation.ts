import type { Authority } from '../../policy/policy.js';
import { type Exported, type ExportInput, type ExportTarget, exportHeader, jsonFile } from '../export-target.js';
import {
  decidingBefore,
  deniedEntry,
  overlapsAny,
  type PatternEntry,
  type PolicyEntries,
  policyEntries,
} from '../policy-entries.js';
import { repositoriesOf, verifiedByEntry } from '../verified-repositories.js';

type NotationAuthority = Extract<Authority, { kind: 'notation' }>;

/**
 * A trust policy of the notation CLI, with its trust stores. It knows whole repositories: a pattern with a wildcard stands
 * for the repositories that were verified, and an entry that is about tags or digests is left out.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/trust-store-trust-policy.md
 */
export const notation: ExportTarget = {
  name: 'notation',
  title: 'notation trust policy',
  allows: { one: 'repository', many: 'repositories' },
  inDirectory: true,
  render: (input: ExportInput): Exported => {
    const entries = policyEntries(input.policy);
    const verified = verifiedByEntry(input);
    const stated = [...entries.stated];
    const files: Record<string, string> = {};
    const statements: unknown[] = [];
    let allowed = 0;
    for (const [index, one] of entries.allow.entries()) {
      const scopes = scopesOf(one, entries, repositoriesOf(verified.get(one.entry) ?? []));
      const authority = authorityOf(one);
      if (typeof authority === 'string') stated.push(deniedEntry(one.entry, authority));
      else if (scopes.length === 0)
        stated.push(
          deniedEntry(one.entry, 'none of its repositories was verified, and notation does not support patterns'),
        );
      else {
        allowed += scopes.length;
        const name = `base-image-gate-${index + 1}`;
        Object.assign(files, storesOf(name, authority));
        statements.push(statementOf(statementName(one, input), name, scopes, authority));
      }
    }
    if (allowed > 0) stated.push(...LIMITS);
    return {
      files: { 'trustpolicy.json': jsonFile({ version: '1.0', trustPolicies: statements }), ...files },
      allowed,
      stated,
    };
  },
};

const LIMITS = [
  'The trust policy names whole repositories: it applies to every tag, and image contents are not checked.',
];

/** JSON has no comments, and names are free: the header stands in the name of each statement. */
function statementName({ entry }: PatternEntry, input: ExportInput): string {
  return [
    `${entry.name} ${entry.pattern}`,
    ...[...exportHeader(input, LIMITS)].map(([name, value]) => `${name}: ${value}`),
  ].join('; ');
}

/** Repositories that this entry alone decides about. */
function scopesOf(one: PatternEntry, entries: PolicyEntries, verified: readonly string[]): readonly string[] {
  const { text, tag, digest } = one.pattern;
  if (tag !== undefined || digest !== undefined) return [];
  const names = text.includes('*') ? verified : [text];
  return names.filter((name) => !overlapsAny(name, decidingBefore(one, entries)));
}

/** The one authority of an entry, or why the entry can't be expressed. */
function authorityOf({ entry }: PatternEntry): NotationAuthority | null | string {
  if (!entry.signed) return null;
  if (entry.require > 1) return 'notation accepts one signature, and more are required';
  const found = entry.authorities.filter((authority) => authority.kind === 'notation');
  const [authority] = found;
  if (authority === undefined) return 'none of its signers is a Notary Project identity';
  // Stores and identities of two would be combined, so that the root of one vouches for the names of the other.
  if (found.length > 1) return 'notation supports one signer per repository, and it names several';
  if (authority.signatureRepository !== undefined) return 'its signatures are in another repository';
  return authority;
}

const CHECKS = { expiry: 'expiry', 'authentic-timestamp': 'authenticTimestamp', revocation: 'revocation' } as const;

function statementOf(
  name: string,
  store: string,
  scopes: readonly string[],
  authority: NotationAuthority | null,
): unknown {
  if (authority === null) return { name, registryScopes: scopes, signatureVerification: { level: 'skip' } };
  const { ca, signingAuthority, timestampRoots, identities, timestamps, revocation, onlyLogged } = authority;
  const logged = onlyLogged.map((check) => [CHECKS[check], 'log'] as const);
  const override = { ...Object.fromEntries(logged), ...(revocation === 'skip' ? { revocation: 'skip' } : {}) };
  return {
    name,
    registryScopes: scopes,
    signatureVerification: {
      level: 'strict',
      ...(Object.keys(override).length === 0 ? {} : { override }),
      verifyTimestamp: timestamps === 'always' ? 'always' : 'afterCertExpiry',
    },
    trustStores: [
      ...(ca.length > 0 ? [`ca:${store}`] : []),
      ...(signingAuthority.length > 0 ? [`signingAuthority:${store}`] : []),
      ...(timestampRoots.length > 0 ? [`tsa:${store}`] : []),
    ],
    trustedIdentities: identities,
  };
}

/** The certificates, in the directories where notation looks for a store of this name. */
function storesOf(name: string, authority: NotationAuthority | null): Readonly<Record<string, string>> {
  if (authority === null) return {};
  const { ca, signingAuthority, timestampRoots } = authority;
  const stores = { ca, signingAuthority, tsa: timestampRoots };
  return Object.fromEntries(
    Object.entries(stores).flatMap(([type, pems]) =>
      pems.map((pem, index) => [`truststore/x509/${type}/${name}/${index + 1}.pem`, pem] as const),
    ),
  );
}
