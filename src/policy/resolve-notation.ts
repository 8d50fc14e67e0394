import { type Layer, problemIn } from './layer.js';
import type { Authority } from './policy.js';
import type { PolicyProblem } from './problem.js';
import type { PolicyFile } from './schema.js';

type AllowLine = NonNullable<PolicyFile['allow']>[number];
type NotationLine = Extract<NonNullable<AllowLine['authorities']>[number], { notation: unknown }>['notation'];

/** Authorities of an entry, what is wrong with those that are not among them, and the files that were read for them. */
export interface Authorities {
  readonly authorities: readonly Authority[];
  readonly problems: readonly PolicyProblem[];
  readonly files: readonly string[];
}

/** A Notary Project authority with its certificate files read and its identities checked. */
export async function resolveNotation(
  layer: Layer,
  line: NotationLine,
  repository: { readonly signatureRepository?: string },
  path: readonly PropertyKey[],
): Promise<Authorities> {
  const scheme = line.scheme ?? 'notary.x509';
  const roots = await readFiles(layer, line.roots, scheme === 'notary.x509' ? 'ca' : 'signingAuthority', [
    ...path,
    'roots',
  ]);
  const timestampFiles = line['timestamp-roots'] ?? [];
  const timestampRoots = await readFiles(layer, timestampFiles, 'tsa', [...path, 'timestamp-roots']);
  const problems = [...roots.problems, ...timestampRoots.problems];
  const { readIdentities } = await import('../signatures/notation/trust-policy.js');
  const identities = readIdentities(line.identities);
  if (!identities.ok) {
    const message = `"identities" can't be used because ${identities.error}.`;
    problems.push(problemIn(layer, [...path, 'identities'], { code: 'contradiction', message }));
  }
  if (problems.length > 0) return { authorities: [], problems, files: [] };
  const authority: Authority = {
    kind: 'notation',
    ca: scheme === 'notary.x509' ? roots.pems : [],
    signingAuthority: scheme === 'notary.x509' ? [] : roots.pems,
    timestampRoots: timestampRoots.pems,
    identities: line.identities,
    timestamps: line.timestamps ?? 'always',
    revocation: line.revocation ?? 'required',
    timestampRevocation: line.revocation ?? 'required',
    onlyLogged: [],
    ...repository,
  };
  return { authorities: [authority], problems: [], files: [...line.roots, ...timestampFiles] };
}

async function readFiles(
  layer: Layer,
  files: readonly string[],
  type: 'ca' | 'signingAuthority' | 'tsa',
  path: readonly PropertyKey[],
): Promise<{ readonly pems: readonly string[]; readonly problems: readonly PolicyProblem[] }> {
  const { readStoreFile, toPem } = await import('../signatures/notation/trust-store.js');
  const pems: string[] = [];
  const problems: PolicyProblem[] = [];
  for (const [index, file] of files.entries()) {
    const at = [...path, index];
    const source = await layer.resolveFile(file);
    if (!source.ok) {
      const message = `The certificate file ${file} can't be read: ${source.error}.`;
      const fix =
        'Certificates are read from the repository and commit of the policy that names them; commit the file there.';
      problems.push(problemIn(layer, at, { code: 'missing-file', message, fix }));
      continue;
    }
    const certificates = readStoreFile(Buffer.from(source.value), type);
    if (certificates.ok) pems.push(...certificates.value.map(toPem));
    else {
      const message = `The certificate file ${file} can't be used because ${certificates.error}.`;
      const expected =
        type === 'tsa'
          ? 'root certificates, in PEM or DER'
          : 'certificates of authorities, or self-signed ones, in PEM or DER';
      problems.push(problemIn(layer, at, { code: 'bad-key-file', message, expected }));
    }
  }
  return { pems, problems };
}
