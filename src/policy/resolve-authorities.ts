import { readPublicKey } from '../signatures/key.js';
import { exportKmsKey } from './kms-key.js';
import { type Layer, problemIn } from './layer.js';
import type { Authority } from './policy.js';
import type { PolicyProblem } from './problem.js';
import { type Authorities, resolveNotation } from './resolve-notation.js';
import type { PolicyFile } from './schema.js';

type AllowLine = NonNullable<PolicyFile['allow']>[number];
type AuthorityLine = NonNullable<AllowLine['authorities']>[number];

/** The authorities that an allow entry lists itself, with their key files read. */
export async function resolveAuthorities(
  layer: Layer,
  line: AllowLine,
  path: readonly PropertyKey[],
): Promise<Authorities> {
  const resolved = await Promise.all(
    (line.authorities ?? []).map((authority, index) =>
      resolveAuthority(layer, authority, [...path, 'authorities', index]),
    ),
  );
  const authorities = resolved.flatMap((one) => one.authorities);
  return {
    authorities,
    problems: [...resolved.flatMap(({ problems }) => problems), ...duplicates(layer, authorities, path)],
    files: resolved.flatMap(({ files }) => files),
  };
}

/** One signer listed twice would count as two where several must have signed. */
function duplicates(
  layer: Layer,
  authorities: readonly Authority[],
  path: readonly PropertyKey[],
): readonly PolicyProblem[] {
  const identities = authorities.map(identityOf);
  return identities.flatMap((identity, index) => {
    if (identities.indexOf(identity) === index) return [];
    const message = 'This authority is listed twice.';
    const fix = 'Remove one of the two.';
    return [problemIn(layer, [...path, 'authorities', index], { code: 'contradiction', message, fix })];
  });
}

function identityOf(authority: Authority): string {
  switch (authority.kind) {
    case 'key':
      // One key has several encodings.
      return keyOf(authority.pem);
    case 'kms':
      return authority.uri;
    case 'keyless':
      return JSON.stringify([authority.issuer, authority.subject]);
    case 'notation':
      return JSON.stringify([authority.ca, authority.signingAuthority, authority.identities]);
  }
}

function keyOf(pem: string): string {
  const key = readPublicKey(pem);
  return key.ok ? key.value.fingerprint : pem;
}

async function resolveAuthority(layer: Layer, line: AuthorityLine, path: readonly PropertyKey[]): Promise<Authorities> {
  const where = line['signature-repository'];
  const repository = where === undefined ? {} : { signatureRepository: where };
  if ('keyless' in line)
    return { authorities: [{ ...keylessAuthority(line.keyless), ...repository }], problems: [], files: [] };
  if ('github' in line)
    return { authorities: [{ ...githubAuthority(line.github), ...repository }], problems: [], files: [] };
  return 'notation' in line
    ? resolveNotation(layer, line.notation, repository, [...path, 'notation'])
    : resolveKey(layer, line.key, repository, [...path, 'key']);
}

type KeylessLine = Extract<AuthorityLine, { keyless: unknown }>['keyless'];
type KeyLine = Extract<AuthorityLine, { key: unknown }>['key'];

function keylessAuthority(line: KeylessLine): Authority {
  const { issuer, subject, workflow } = line;
  const constraints = {
    sourceRepository: line['source-repository'],
    sourceRef: line['source-ref'],
    workflow,
    buildSignerDigest: line['build-signer-digest'],
    runnerEnvironment: line['runner-environment'],
  };
  const given = Object.entries(constraints).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { kind: 'keyless', issuer, subject, ...Object.fromEntries(given) };
}

type GitHubLine = Extract<AuthorityLine, { github: unknown }>['github'];

/** @see https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md what a certificate of a job says */
function githubAuthority({ repository, workflow, ref, runner, accept = ['signature'], api }: GitHubLine): Authority {
  const source = `https://github.com/${repository}`;
  return {
    kind: 'keyless',
    github: true,
    issuer: 'https://token.actions.githubusercontent.com',
    subject: `${source}/${workflow}@${ref}`,
    sourceRepository: source,
    sourceRef: ref,
    ...(runner === 'any' ? {} : { runnerEnvironment: 'github-hosted' }),
    ...(accept.includes('provenance') ? { acceptsProvenance: true } : {}),
    ...(api === true ? { attestationsOf: repository } : {}),
  };
}

async function resolveKey(
  layer: Layer,
  line: KeyLine,
  repository: { readonly signatureRepository?: string },
  path: readonly PropertyKey[],
): Promise<Authorities> {
  const refuse = (problem: PolicyProblem): Authorities => ({ authorities: [], problems: [problem], files: [] });
  const given = (['file', 'pem', 'kms'] as const).filter((name) => line[name] !== undefined);
  if (given.length !== 1) {
    const message =
      given.length === 0 ? '"key" names no key.' : `"key" gives ${given.join(' and ')}, which may be different keys.`;
    return refuse(problemIn(layer, path, { code: 'contradiction', message, expected: 'one of file, pem and kms' }));
  }
  if (line.kms !== undefined) {
    const warning = problemIn(layer, [...path, 'kms'], {
      code: 'not-verifiable',
      severity: 'warning',
      message: `No signature can be verified by ${line.kms}: key management services are not contacted.`,
      fix: exportKmsKey(line.kms),
    });
    return { authorities: [{ kind: 'kms', uri: line.kms, ...repository }], problems: [warning], files: [] };
  }
  const keyAt = [...path, line.file === undefined ? 'pem' : 'file'];
  const source =
    line.file === undefined ? { ok: true as const, value: line.pem ?? '' } : await layer.resolveFile(line.file);
  if (!source.ok) {
    const message = `The key file ${line.file} can't be read: ${source.error}.`;
    const fix = 'Keys are read from the repository and commit of the policy that names them; commit the file there.';
    return refuse(problemIn(layer, keyAt, { code: 'missing-file', message, fix }));
  }
  const pem = typeof source.value === 'string' ? source.value : new TextDecoder().decode(source.value);
  const key = readPublicKey(pem);
  if (!key.ok) {
    const message = `The key ${line.file ?? 'given inline'} can't be used: ${key.error}.`;
    const expected = 'a public key in PEM form';
    return refuse(problemIn(layer, keyAt, { code: 'bad-key-file', message, expected }));
  }
  const authority: Authority = {
    kind: 'key',
    pem,
    name: line.file ?? `inline key ${key.value.fingerprint.slice(0, 'sha256:'.length + 16)}`,
    log: line.log ?? 'required',
    ...repository,
  };
  return { authorities: [authority], problems: [], files: line.file === undefined ? [] : [line.file] };
}
