import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { codeOf, messageOf } from '../lib/caught.js';
import { err, ok, type Result } from '../lib/result.js';
import { isSharedBuilder, parseIdentity } from '../policy/identity.js';
import { exportKmsKey, isKmsAddress } from '../policy/kms-key.js';
import type { AllowEntry, Authority } from '../policy/policy.js';
import { parseReference, repositoryName } from '../references/reference.js';
import { readPublicKey } from '../signatures/key.js';
import type { CommandIo } from './command.js';
import type { Refusal } from './refusal.js';

/** The flags that name who must have signed, as parseArgs gives them. */
export interface AuthorityFlags {
  readonly 'certificate-identity'?: string | undefined;
  readonly 'certificate-oidc-issuer'?: string | undefined;
  readonly 'certificate-github-workflow-repository'?: string | undefined;
  readonly key?: string | undefined;
  readonly 'ignore-log'?: boolean | undefined;
  readonly 'notation-config'?: string | undefined;
}

/**
 * An entry made of the authority on the command line, or null where none is given. A sentence where notation's
 * configuration can verify nothing of the image.
 */
export async function givenEntry(
  values: AuthorityFlags,
  image: string,
  io: CommandIo,
): Promise<Result<AllowEntry | string | null, Refusal>> {
  const usage = (message: string) => err<Refusal>({ kind: 'usage', message });
  const subject = values['certificate-identity'];
  const issuer = values['certificate-oidc-issuer'];
  const repository = values['certificate-github-workflow-repository'];
  const configuration = values['notation-config'];
  const isKeyless = [subject, issuer, repository].some((value) => value !== undefined);
  if ([values.key !== undefined, isKeyless, configuration !== undefined].filter(Boolean).length > 1)
    return usage('--key, --certificate-identity and --notation-config exclude each other.');
  if (configuration !== undefined) {
    const authority = await notationAuthority(configuration, image, io);
    if (!authority.ok) return authority;
    return ok(typeof authority.value === 'string' ? authority.value : entryFor(authority.value));
  }
  if (values.key === undefined) {
    if (!isKeyless) return ok(null);
    if (subject === undefined || issuer === undefined)
      return usage('--certificate-identity and --certificate-oidc-issuer are needed together.');
    const identity = parseIdentity(subject);
    if (!identity.ok) return usage(`--certificate-identity ${subject} can't be used because ${identity.error}.`);
    if (repository === undefined) {
      if (isSharedBuilder(subject))
        return usage(
          'Anyone may call this workflow and have it sign. Name for which repository it must have run with --certificate-github-workflow-repository OWNER/REPOSITORY.',
        );
      return ok(entryFor({ kind: 'keyless', subject, issuer }));
    }
    if (!/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/.test(repository))
      return usage(
        `--certificate-github-workflow-repository has ${JSON.stringify(repository)}; write OWNER/REPOSITORY.`,
      );
    return ok(entryFor({ kind: 'keyless', subject, issuer, sourceRepository: `https://github.com/${repository}` }));
  }
  if (isKmsAddress(values.key))
    return usage(`--key: key management services are not contacted. ${exportKmsKey(values.key)}`);
  try {
    const pem = await readFile(resolve(io.cwd, values.key), 'utf8');
    const key = readPublicKey(pem);
    if (!key.ok) return usage(`The key ${values.key} can't be used because ${key.error}.`);
    return ok(
      entryFor({ kind: 'key', name: values.key, pem, log: values['ignore-log'] === true ? 'ignored' : 'required' }),
    );
  } catch (error) {
    const there = codeOf(error) === 'ENOENT' ? 'is not there' : `can't be read: ${messageOf(error)}`;
    return usage(`--key: the file ${values.key} ${there}; expected a public key in PEM form.`);
  }
}

/**
 * The authority of the statement of notation's trust policy that applies to an image. A sentence where none does, or it
 * verifies no one; an invalid trust policy is refused.
 */
async function notationAuthority(
  directory: string,
  image: string,
  io: CommandIo,
): Promise<Result<Authority | string, Refusal>> {
  const reference = parseReference(image);
  if (!reference.ok)
    return err({ kind: 'usage', message: `"${image}" is not an image reference because ${reference.error.reason}.` });
  const notation = await import('../signatures/notation/configuration.js');
  const { statementFor } = await import('../signatures/notation/trust-policy.js');
  const path = resolve(io.cwd, directory);
  const statements = await notation.readPolicyFile(path);
  if (!statements.ok) return err({ kind: 'policy', message: statements.error });
  const name = repositoryName(reference.value);
  const statement = statementFor(statements.value, name);
  if (statement === undefined)
    return ok(`Not verified: no statement of the trust policy in ${directory} applies to ${name}.`);
  const stores = await notation.readStores(path, statement);
  if (!stores.ok) return ok(`Not verified: ${stores.error}`);
  const authority = notation.authorityOf(statement, stores.value);
  return authority.ok ? authority : ok(`Not verified, because ${authority.error}.`);
}

function entryFor(authority: Authority): AllowEntry {
  return {
    name: 'the command line',
    pattern: '**',
    require: 1,
    authorities: [authority],
    signed: true,
    unsignedAttestations: 'deny',
    noPackages: 'deny',
    wolfi: false,
  };
}
