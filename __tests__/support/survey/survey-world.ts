import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { isListedHost, loadCatalog } from '../../../src/catalog/catalog.js';
import { collectors } from '../../../src/evidence/collectors.js';
import { makeApiFetch } from '../../../src/github/repository/api-fetch.js';
import { createClient } from '../../../src/github/repository/client.js';
import { readingOptions } from '../../../src/policy/reading-options.js';
import { openRegistries } from '../../../src/registry/open-registries.js';
import { rules } from '../../../src/rules/index.js';
import type { SurveyDocument } from '../../../src/survey/document.js';
import { pacedFetch } from '../../../src/survey/paced-fetch.js';
import { runSurvey, type SurveyRequest } from '../../../src/survey/run.js';
import { SurveyState } from '../../../src/survey/state.js';
import { type MadeRepository, type OrganizationServer, startOrganization } from '../github/organization-server.js';
import { makeImage } from '../image/image-maker.js';
import { validPolicy } from '../load-policy-text.js';
import { makeDirectory } from '../process/scratch-repository.js';
import { type RegistryServer, startRegistry } from '../registry/registry-server.js';

/** The day of every survey of the tests. */
export const NOW = new Date('2026-11-30T12:00:00Z');

/** A registry with images of these names, each with a tag `1`. */
export async function registryWith(names: readonly string[]): Promise<RegistryServer> {
  const registry = await startRegistry();
  for (const name of names) {
    registry.push(name, await makeImage({ layers: [[{ path: 'etc/os-release', content: `ID=${name}\n` }]] }), '1');
  }
  return registry;
}

/** The servers of a suite about surveys. */
export interface SurveyServers {
  readonly registry: RegistryServer;
  readonly github: OrganizationServer;
}

/** Starts a registry with these images and an organization for a suite, and closes both after it. */
export function useSurveyServers(images: readonly string[]): SurveyServers {
  let started: SurveyServers | undefined;
  const servers = (): SurveyServers => {
    if (started === undefined) throw new Error('The servers start before the first test, and not with the suite');
    return started;
  };
  beforeAll(async () => {
    started = { registry: await registryWith(images), github: await startOrganization([]) };
  });
  afterEach(() => {
    servers().github.intercept = null;
  });
  afterAll(async () => {
    await servers().github.close();
    await servers().registry.close();
  });
  return {
    get registry() {
      return servers().registry;
    },
    get github() {
      return servers().github;
    },
  };
}

/** A policy that names the registry, allows its images below `good/`, and asks nothing of others. */
export function policyText(host: string): string {
  return [
    'version: 1',
    'profile: baseline',
    `registries: { "${host}": { insecure: true, private-network: true } }`,
    `allow: [{ image: "${host}/good/**", signed: false, reason: made for the test }]`,
    'rules:',
    '  allowed-base: error',
    '  no-known-vulnerabilities: off',
    '  supported: off',
    '',
  ].join('\n');
}

export interface SurveyRun
  extends Partial<Pick<SurveyRequest, 'of' | 'shard' | 'audience' | 'now' | 'say' | 'ownPolicy' | 'routes' | 'state'>> {
  readonly github: OrganizationServer;
  readonly policy: string;
  /** Where its state is; a new one unless given. */
  readonly directory?: string;
}

/** Runs a survey of the organization `acme` over loopback servers, without waiting between requests. */
export async function survey(run: SurveyRun): Promise<SurveyDocument> {
  const { github, policy: text, directory = makeDirectory({}), ...request } = run;
  const policy = await validPolicy(text, { rules, files: {} });
  const options = readingOptions({}, {}, policy);
  if (!options.ok) throw new Error(options.error);
  const catalog = loadCatalog();
  const registries = await openRegistries({
    registries: policy.registries,
    isListed: (registry) => isListedHost(catalog, policy, { registry }),
    environment: { HOME: join(directory, 'none') },
    workspace: directory,
  });
  if (!registries.ok) throw new Error(registries.error);
  const asked = pacedFetch(
    makeApiFetch({ requestMilliseconds: 5_000, responseBytes: 8 * 1024 * 1024, retries: 0, retryMilliseconds: 1 }),
  );
  const document = await runSurvey({
    client: createClient({
      token: 'read-only',
      apiUrl: github.apiUrl,
      remainingMilliseconds: () => 0,
      fetch: asked.fetch,
      paced: false,
    }),
    of: { organization: 'acme' },
    policy,
    catalog,
    settings: { limits: registries.value.limits, offline: false },
    options: options.value,
    collectors,
    // The loopback network is private; the images of the tests are not.
    registries: { ...registries.value, mayBePrivate: () => false },
    state: new SurveyState(join(directory, 'state')),
    now: NOW,
    say: () => undefined,
    ...request,
  });
  await registries.value.close().catch(() => undefined);
  if (!document.ok) throw new Error(`${document.error.message} ${document.error.fix}`);
  return document.value;
}

/** Repositories `acme/r0`, `acme/r1` … that build on the images in turn, with owners and a build that is not read. */
export function organization(count: number, images: readonly string[]): readonly MadeRepository[] {
  return Array.from({ length: count }, (_, index): MadeRepository => {
    const image = images[index % images.length] ?? 'scratch';
    const other = images[(index * 7 + 3) % images.length] ?? 'scratch';
    return {
      name: `acme/r${index}`,
      visibility: index % 3 === 0 ? 'PUBLIC' : 'PRIVATE',
      files: {
        Dockerfile: `FROM ${other} AS build\nRUN make ${index}\nFROM ${image}\nCOPY --from=build /app /app\n`,
        'README.md': `Repository ${index}\n`,
        '.github/CODEOWNERS': `* @acme/team-${index % 5}\n`,
        ...(index % 10 === 4 ? { Jenkinsfile: 'sh "docker build ."\n' } : {}),
      },
    };
  });
}
