import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { terminal } from '../lib/escape/visible.js';
import { err, ok, type Result } from '../lib/result.js';
import { exportKmsKey, isKmsAddress } from '../policy/kms-key.js';
import { isUnknownToRoot } from '../signatures/signature-error.js';
import { describeSigner } from '../signatures/signer.js';
import type { SigstoreInstance } from '../signatures/sigstore/trusted-root.js';
import type { ArtifactVerification } from '../signatures/sigstore/verify-artifact.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { VERIFY_BUNDLE } from './definitions.js';

/** What the public instance says of a bundle of GitHub's, which has neither its authorities nor a log. */
const OTHERS: ReadonlySet<string> = new Set(['unknown-authority', 'not-logged']);

/** Who must have signed, as the command line says it. */
type Expected =
  | { readonly kind: 'keyless'; readonly subject: string; readonly issuer: string }
  | { readonly kind: 'key'; readonly file: string };

/** `verify-bundle`: one bundle, one artifact. */
export const verifyBundle: Command = defineCommand(VERIFY_BUNDLE, async ({ values, positionals, io, wrong }) => {
  const [target = ''] = positionals;
  if (values.bundle === undefined) return wrong('--bundle FILE is missing.');
  const expected = readExpected(values);
  if (!expected.ok) return wrong(expected.error);

  const at = (path: string) => resolve(io.cwd, path);
  const bundle = await read(at(values.bundle));
  if (!bundle.ok) return wrong(bundle.error);
  const artifact = await readArtifact(at(target), target);
  if (!artifact.ok) return wrong(artifact.error);

  const [{ loadTrustedRoot }, { verifyArtifact }] = await Promise.all([
    import('../signatures/sigstore/load-trusted-root.js'),
    import('../signatures/sigstore/verify-artifact.js'),
  ]);
  const wanted = await readSigner(expected.value, at);
  if (!wanted.ok) {
    io.stderr(`verify-bundle: ${wanted.error}\n`);
    return 1;
  }
  const file = values['trusted-root'] === undefined ? undefined : at(values['trusted-root']);
  const verification = { bundle: bundle.value, artifact: artifact.value, expected: wanted.value, now: new Date() };
  const verifyBy = async (instance: SigstoreInstance) => {
    // A file that lists no root of the instance is no reason to fetch one.
    const offline = values.offline === true || file !== undefined;
    const root = await loadTrustedRoot({ instance, offline, file });
    return root.ok
      ? ok({ root: root.value, verified: await verifyArtifact({ ...verification, root: root.value }) })
      : root;
  };
  const tried = await verifyBy('public-good');
  if (!tried.ok) return wrong(`${tried.error.reason}.`);
  // GitHub's own instance is verified against separately, never merged with the public one; a named root stands for whom it lists.
  const { verified: first } = tried.value;
  const mayBeOther = !first.ok && wanted.value.kind === 'keyless' && OTHERS.has(first.error.code);
  const second = mayBeOther ? await verifyBy('github') : undefined;
  const own = second?.ok === true && [undefined, second.value.root.name].includes(file) ? second.value : undefined;
  const { root, verified } = own?.verified.ok === true ? own : tried.value;
  if (root.note !== undefined) io.stderr(`${root.note}\n`);
  if (!verified.ok) {
    const { code, reason } = verified.error;
    io.stderr(`Not verified (${code}): ${terminal(reason)}.\n`);
    return isUnknownToRoot(code) && root.mayBeOutdated ? 2 : 1;
  }
  const { signer, signedAt, logged } = verified.value;
  const when = signedAt === undefined ? '' : ` at ${signedAt}`;
  const log = logged.map((entry) => `, ${entry.log} index ${entry.index}`).join('');
  io.stdout(`${terminal(`Verified: signed by ${describeSigner(signer)}${when}${log}`)}\n`);
  return 0;
});

function readExpected(values: {
  readonly key?: string | undefined;
  readonly 'certificate-identity'?: string | undefined;
  readonly 'certificate-oidc-issuer'?: string | undefined;
}): Result<Expected, string> {
  const subject = values['certificate-identity'];
  const issuer = values['certificate-oidc-issuer'];
  if (values.key !== undefined) {
    return subject === undefined && issuer === undefined
      ? ok({ kind: 'key', file: values.key })
      : err('--key and --certificate-identity exclude each other.');
  }
  return subject === undefined || subject === '' || issuer === undefined || issuer === ''
    ? err('Either --key, or both --certificate-identity and --certificate-oidc-issuer are needed.')
    : ok({ kind: 'keyless', subject, issuer });
}

/** A key that can't be read verifies nothing, which is an answer rather than wrong usage. */
async function readSigner(
  expected: Expected,
  at: (path: string) => string,
): Promise<Result<ArtifactVerification['expected'], string>> {
  if (expected.kind === 'keyless') return ok(expected);
  if (isKmsAddress(expected.file))
    return err(`--key: key management services are not contacted. ${exportKmsKey(expected.file)}`);
  const pem = await read(at(expected.file));
  if (!pem.ok) return pem;
  const { readPublicKey } = await import('../signatures/key.js');
  const key = readPublicKey(pem.value.toString('utf8'));
  return key.ok
    ? ok({ kind: 'key', name: expected.file, key: key.value })
    : err(`The key ${expected.file} can't be used because ${key.error}.`);
}

async function read(path: string): Promise<Result<Buffer, string>> {
  try {
    return ok(await readFile(path));
  } catch {
    return err(`${path} can't be read.`);
  }
}

/** A file's bytes and digest; or a digest alone, where no file is called that. */
async function readArtifact(
  path: string,
  text: string,
): Promise<Result<{ readonly digest: string; readonly bytes?: Buffer }, string>> {
  const file = await read(path);
  if (file.ok)
    return ok({ bytes: file.value, digest: `sha256:${createHash('sha256').update(file.value).digest('hex')}` });
  return /^sha256:[0-9a-f]{64}$/.test(text)
    ? ok({ digest: text })
    : err(`${path} can't be read, and it is not a digest such as sha256:<64 hex digits>.`);
}
