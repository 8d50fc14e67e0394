import { posix } from 'node:path';
import type { StoreFile } from '../signatures/notation/configuration.js';
import { IDENTITY_PREFIX, type TrustStatement } from '../signatures/notation/trust-policy.js';
import type { StoreType } from '../signatures/notation/trust-store.js';

/** A statement of notation's trust policy with the files of its stores, by their paths in the repository of the policy. */
export interface ConfiguredStatement {
  readonly statement: TrustStatement;
  readonly files: readonly StoreFile[];
  readonly pathOf: (file: StoreFile) => string;
}

/**
 * The text of a policy with an allow entry for each repository of notation's trust policy, with comments where the two
 * differ. `schemaUrl` is where editors find the JSON Schema.
 */
export function proposeFromNotation(statements: readonly ConfiguredStatement[], schemaUrl: string): string {
  const entries = statements.flatMap(entryLines);
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl}`,
    "# Proposed by `policy init` from notation's trust policy. Read every entry before you commit it.",
    'version: 1',
    'profile: baseline',
    '',
    entries.every((line) => line.startsWith('  #')) ? 'allow: []' : 'allow:',
    ...entries,
  ];
  return `${lines.join('\n')}\n`;
}

function entryLines({ statement, files, pathOf }: ConfiguredStatement): readonly string[] {
  const { name, level, actions, scopes } = statement;
  const title = `  # The statement ${JSON.stringify(name)}, level ${level}.`;
  if (actions.authenticity !== 'enforce') return [`${title} It verifies no one, so it allows nothing here.`];
  const logged = (['expiry', 'authenticTimestamp', 'revocation'] as const).filter((check) => actions[check] === 'log');
  const of = (type: StoreType) => files.filter((file) => file.type === type).map((file) => pathOf(file));
  const authorities = [
    ...authorityLines(statement, 'notary.x509', of('ca'), of('tsa')),
    ...authorityLines(statement, 'notary.x509.signingAuthority', of('signingAuthority'), []),
  ];
  return [
    title,
    ...(logged.length === 0
      ? []
      : [`  # notation only logs a failure of ${logged.join(', ')}; this policy enforces it.`]),
    ...scopes.flatMap((scope) => [
      `  - image: ${JSON.stringify(scope === '*' ? '**' : scope)}`,
      '    authorities:',
      ...authorities,
    ]),
  ];
}

function authorityLines(
  { identities, timestamps, actions }: TrustStatement,
  scheme: string,
  roots: readonly string[],
  timestampRoots: readonly string[],
): readonly string[] {
  if (roots.length === 0) return [];
  const subjects = identities === 'any' ? ['*'] : identities.map(({ text }) => `${IDENTITY_PREFIX} ${text}`);
  return [
    '      - notation:',
    `          roots: ${JSON.stringify(roots)}`,
    ...(timestampRoots.length === 0 ? [] : [`          timestamp-roots: ${JSON.stringify(timestampRoots)}`]),
    `          identities: ${JSON.stringify(subjects)}`,
    `          scheme: ${scheme}`,
    ...(timestamps === 'always' || timestampRoots.length === 0 ? [] : [`          timestamps: ${timestamps}`]),
    ...(actions.revocation === 'skip' ? ['          revocation: skip'] : []),
  ];
}

/** A path as policies write it, with any system's separator. */
export function policyPath(...parts: readonly string[]): string {
  return posix.join(...parts.map((part) => part.replaceAll('\\', '/')));
}
