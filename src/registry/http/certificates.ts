import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { messageOf } from '../../lib/caught.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Environment } from './proxy.js';

/**
 * The certificate authorities to trust: undefined for Node's own, or Node's own and those of NODE_EXTRA_CA_CERTS and
 * SSL_CERT_FILE (PEM bundles), which companies set for their proxies and registries. Fails with a sentence where
 * a file can't be read, since every connection would then fail with a worse message.
 *
 * Node reads NODE_EXTRA_CA_CERTS by itself, but not beside a list that is given to it.
 */
export async function trustedAuthorities(
  environment: Environment,
): Promise<Result<readonly string[] | undefined, string>> {
  const file = environment['SSL_CERT_FILE'];
  if (file === undefined || file === '') return ok(undefined);
  const authorities = [...rootCertificates];
  for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    const path = environment[name];
    if (path === undefined || path === '') continue;
    try {
      authorities.push(await readFile(path, 'utf8'));
    } catch (error) {
      return err(
        `The environment variable ${name} names ${path}, which can't be read: ${messageOf(error)}. Set it to a PEM file with certificates, or unset it.`,
      );
    }
  }
  return ok(authorities);
}
