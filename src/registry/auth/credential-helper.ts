import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.js';
import type { Environment } from '../http/proxy.js';
import { isWithin } from '../paths.js';
import { type Credential, TOKEN_USERNAME } from './credentials.js';

export interface HelperPlace {
  readonly environment: Environment;
  readonly workspace: string;
}

const response = z.object({ Username: z.string(), Secret: z.string() });
const TIMEOUT_MS = 30_000;
const MAX_RESPONSE_BYTES = 1024 * 1024;
/** What helpers print when they know nothing of a registry, and then exit with 1. @see https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go */
const NOT_FOUND = 'credentials not found in native keychain';

/**
 * Asks `docker-credential-NAME get`. NAME is a bare name, found on the PATH outside the checkout under evaluation, and run
 * without a shell, so that a repository can neither be nor choose what runs. Fails with a sentence that holds no secret.
 */
export async function runHelper(
  name: string,
  key: string,
  place: HelperPlace,
): Promise<Result<Credential | undefined, string>> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name))
    return err(
      `the credential helper ${JSON.stringify(name)} was not run because it is not a plain name such as osxkeychain.`,
    );
  const program = `docker-credential-${name}`;
  const path = await findProgram(program, place);
  if (path === undefined)
    return err(
      `the credential helper ${program} was not found on the PATH (directories inside the checkout are ignored).`,
    );
  const run = await get(path, key, place.environment);
  if (run.failed)
    return run.output.trim() === NOT_FOUND
      ? ok(undefined)
      : err(`the credential helper failed for ${key}; run \`${program} get\` to see why.`);
  let document: unknown;
  try {
    document = JSON.parse(run.output);
  } catch {
    document = undefined;
  }
  const parsed = response.safeParse(document);
  if (!parsed.success)
    return err(`the credential helper's output of \`${program} get\` for ${key} is not a credential.`);
  const { Username: username, Secret: secret } = parsed.data;
  if (username === '' || secret === '') return ok(undefined);
  return ok(
    username === TOKEN_USERNAME
      ? { kind: 'identity-token', token: secret }
      : { kind: 'password', username, password: secret },
  );
}

async function findProgram(program: string, { environment, workspace }: HelperPlace): Promise<string | undefined> {
  const checkout = await realpath(workspace);
  const suffixes = process.platform === 'win32' ? ['.exe'] : [''];
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    // A relative directory would be looked up from wherever we stand, which may be the checkout.
    if (!isAbsolute(directory)) continue;
    for (const suffix of suffixes) {
      const path = join(directory, program + suffix);
      try {
        await access(path, constants.X_OK);
        const real = await realpath(path);
        if (!isWithin(real, checkout) && !isWithin(await realpath(directory), checkout)) return path;
      } catch {
        // Not here: the next directory may have it.
      }
    }
  }
  return undefined;
}

function get(path: string, key: string, environment: Environment): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...environment }, timeout: TIMEOUT_MS, maxBuffer: MAX_RESPONSE_BYTES, cwd: '/' };
    const child = execFile(path, ['get'], options, (error, output) => resolve({ failed: error !== null, output }));
    // A helper that ends without reading closes the pipe; its output is still evaluated.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(key);
  });
}
