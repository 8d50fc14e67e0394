import { readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../lib/caught.js';
import { ok, type Result } from '../../lib/result.js';
import { canonicalHost, loginHost } from '../../references/registry-host.js';
import type { Environment } from '../http/proxy.js';
import { isWithin } from '../paths.js';
import { type HelperPlace, runHelper } from './credential-helper.js';
import { type Credential, type CredentialStore, TOKEN_USERNAME } from './credentials.js';

const entry = z
  .object({
    auth: z.string().nullish(),
    username: z.string().nullish(),
    password: z.string().nullish(),
    identitytoken: z.string().nullish(),
    registrytoken: z.string().nullish(),
  })
  .nullable()
  .transform((value) => value ?? {});

/** What is missing or null is empty, as in Go. */
function map<T extends z.ZodType>(values: T) {
  return z
    .record(z.string(), values)
    .nullish()
    .transform((value) => value ?? {});
}

/** @see https://github.com/docker/cli/blob/master/cli/config/configfile/file.go */
const document = z.object({
  auths: map(entry),
  credHelpers: map(z.string()),
  credsStore: z.string().nullish(),
});
type DockerConfig = z.infer<typeof document>;

/** The key under which Docker stores the credentials of `docker login` without a registry. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';
const EMPTY: DockerConfig = { auths: {}, credHelpers: {} };

export interface DockerConfigOptions {
  readonly environment: Environment;
  /** The checkout under evaluation: no file in it may choose credentials or a program to run. */
  readonly workspace: string;
  /** Reported when a configuration is left out of account, and why. */
  readonly notice: (message: string) => void;
}

/**
 * Credentials as Docker users have them: `$DOCKER_CONFIG/config.json`, or `~/.docker/config.json`, read once; of a registry
 * first its own helper, then the common one, then what the file itself holds.
 */
export function dockerCredentials(options: DockerConfigOptions): CredentialStore {
  let reading: Promise<DockerConfig> | undefined;
  const config = () => {
    reading ??= readConfig(options);
    return reading;
  };
  return {
    for: async (registry) => credentialFrom(await config(), canonicalHost(registry), options),
    async mentions(registry) {
      const { auths, credHelpers } = await config();
      return [auths, credHelpers].some((entries) => find<unknown>(entries, canonicalHost(registry)) !== undefined);
    },
  };
}

async function readConfig({ environment, workspace, notice }: DockerConfigOptions): Promise<DockerConfig> {
  const directory = environment['DOCKER_CONFIG'] || join(environment['HOME'] || homedir(), '.docker');
  const path = join(directory, 'config.json');
  let text: string;
  try {
    const real = await realpath(path);
    if (isWithin(real, await realpath(workspace))) {
      notice(`${path} is inside the checkout, so its credentials are not used.`);
      return EMPTY;
    }
    text = await readFile(real, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    // Where the home is no directory, as for users of a service, there is no file either.
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      notice(`${path} can't be read (${code}), so its credentials are not used.`);
    return EMPTY;
  }
  const parsed = document.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  notice(
    `${path} is not a Docker configuration (${parsed.error.issues[0]?.path.join('.') || 'it is not a JSON object'}), so its credentials are not used.`,
  );
  return EMPTY;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function credentialFrom(
  config: DockerConfig,
  host: string,
  place: HelperPlace,
): Promise<Result<Credential | undefined, string>> {
  const helper = find(config.credHelpers, host) ?? config.credsStore;
  if (helper) {
    const found = await runHelper(helper, host === 'docker.io' ? DOCKER_HUB_KEY : host, place);
    if (!found.ok || found.value !== undefined) return found;
  }
  const own = find(config.auths, host);
  return ok(own === undefined ? undefined : credentialOf(own));
}

function find<T>(entries: Readonly<Record<string, T>>, host: string): T | undefined {
  const exact = Object.hasOwn(entries, host) ? entries[host] : undefined;
  if (exact !== undefined) return exact;
  return Object.entries(entries).find(([key]) => loginHost(key) === host)?.[1];
}

function credentialOf(own: z.infer<typeof entry>): Credential | undefined {
  if (own.identitytoken) return { kind: 'identity-token', token: own.identitytoken };
  if (own.registrytoken) return { kind: 'registry-token', token: own.registrytoken };
  const decoded = Buffer.from(own.auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  const username = colon < 0 ? (own.username ?? '') : decoded.slice(0, colon);
  const password = colon < 0 ? (own.password ?? '') : decoded.slice(colon + 1);
  if (username === '' || password === '') return undefined;
  if (username === TOKEN_USERNAME) return { kind: 'identity-token', token: password };
  return { kind: 'password', username, password };
}
