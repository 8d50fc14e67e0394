import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isListedHost, loadCatalog } from '../catalog/catalog.js';
import { collectors } from '../evidence/collectors.js';
import { parseRepositoryName } from '../github/event/environment.js';
import { makeApiFetch } from '../github/repository/api-fetch.js';
import { GITHUB_API } from '../github/repository/attestations.js';
import { createClient } from '../github/repository/client.js';
import { layerFactsSetting, localCacheDirectory } from '../lib/cache-directory.js';
import { messageOf } from '../lib/caught.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { PROFILES } from '../policy/policy.js';
import { readingOptions } from '../policy/reading-options.js';
import { canonicalHost } from '../references/registry-host.js';
import { localCache } from '../registry/cache/local-cache.js';
import { LIMITS_VARIABLE } from '../registry/limits.js';
import { openRegistries } from '../registry/open-registries.js';
import { readAudience } from '../survey/audience.js';
import { readRepositoryList } from '../survey/named-repositories.js';
import { ownPolicies } from '../survey/own-policy.js';
import { pacedFetch } from '../survey/paced-fetch.js';
import { finishSurvey, runSurvey, type SurveyRequest } from '../survey/run.js';
import { parseShard } from '../survey/shard.js';
import { SurveyState } from '../survey/state.js';
import { readChoice } from './arguments.js';
import { attestationsOf } from './attestations.js';
import type { Command, CommandIo } from './command.js';
import { defineCommand } from './define-command.js';
import { SURVEY } from './definitions.js';
import { withRegistriesOf } from './local-gate.js';
import { misnamedPath } from './named-paths.js';
import { refuse } from './refusal.js';
import { writeSurvey } from './survey-output.js';
import { vulnerabilitiesDirectory } from './vulnerabilities-directory.js';
import { loadWorkingTreePolicy } from './working-tree-policy.js';

/** A survey waits for rate limits as long as a job may take; it can be interrupted without loss. */
const LONGEST_WAIT_MS = 6 * 60 * 60_000;
/** What a survey downloads at most: the limit of a run is for the images of one repository. */
const MAX_DOWNLOADED = 2 ** 40;

/** `survey`: what a policy says about the default branches of many repositories. */
export const survey: Command = defineCommand(SURVEY, async ({ values, io, wrong }) => {
  const { output } = values;
  if (output === undefined) return wrong('--output DIR is missing: that is where the survey and its state are kept.');
  const of = await repositoriesOf(values, io);
  if (!of.ok) return wrong(of.error);
  const shard = values.shard === undefined ? ok(undefined) : parseShard(values.shard);
  if (!shard.ok) return wrong(`--shard ${shard.error}.`);
  const profile = readChoice('--profile', values.profile, PROFILES);
  if (!profile.ok) return wrong(profile.error);
  const misnamed = misnamedPath(values, io);
  if (misnamed !== null) return wrong(misnamed);
  const token = io.env['GH_TOKEN'] || io.env['GITHUB_TOKEN'];
  if (token === undefined || token === '')
    return wrong(
      'GH_TOKEN is not set. Set it to a token with `contents: read` for the repositories; no more is needed.',
    );
  const audienceName = values.audience === undefined ? undefined : parseRepositoryName(values.audience);
  if (audienceName === null) return wrong(`--audience is "${values.audience}"; expected owner/name.`);

  const catalog = loadCatalog();
  const loaded = await loadWorkingTreePolicy(
    io.cwd,
    {
      catalog,
      ...optionalField('file', values.policy),
      ...(values.profile === undefined ? {} : optionalField('profile', profile.value)),
    },
    io,
  );
  if (!loaded.ok) return refuse('survey', { kind: 'policy', message: loaded.error }, io);
  const policy = withRegistriesOf(values.registry ?? [], loaded.value);
  const options = readingOptions({}, {}, policy);
  if (!options.ok) return wrong(options.error);

  const say = (sentence: string) => io.stderr(`${sentence}\n`);
  const started = Date.now();
  const paced = pacedFetch(makeApiFetch(), { onWaiting: say });
  const client = createClient({
    token,
    apiUrl: io.env['GITHUB_API_URL'] || GITHUB_API,
    remainingMilliseconds: () => started + LONGEST_WAIT_MS - Date.now(),
    onWaiting: say,
    fetch: paced.fetch,
  });
  const audience = audienceName === undefined ? ok(undefined) : await readAudience(client, audienceName);
  if (!audience.ok) return stopped(audience.error, io);
  // What only some may read is not evaluated for readers who may be others.
  const isForAll = audience.value !== undefined && audience.value.visibility !== 'private';
  if (isForAll && values.registry !== undefined)
    return wrong(
      `--registry may lead to what only some may read, and ${values.audience} is ${audience.value.visibility}.`,
    );
  const isInside = (registry: string) =>
    Object.entries(policy.registries).some(
      ([key, { privateNetwork }]) =>
        privateNetwork && canonicalHost(key.split('/')[0] ?? '') === canonicalHost(registry),
    );
  const policyAlone = { ...catalog, publishers: [] };
  const registries = await openRegistries({
    registries: policy.registries,
    isListed: (registry) => isListedHost(catalog, policy, { registry }) && !(isForAll && isInside(registry)),
    // Build files of many repositories choose the hosts: one that only the catalog names gets no credential.
    mayReceiveCredentials: (registry) => !isForAll && isListedHost(policyAlone, policy, { registry }),
    routes: values.registry ?? [],
    ...(io.env[LIMITS_VARIABLE]?.includes('run-bytes') === true ? {} : { limits: { 'run-bytes': MAX_DOWNLOADED } }),
    environment: io.env,
    workspace: io.cwd,
    cache: localCache(io.env),
    notice: say,
  });
  if (!registries.ok) return wrong(registries.error);
  const state = new SurveyState(resolve(io.cwd, output, 'state'));
  const request: SurveyRequest = {
    client,
    of: of.value,
    ...optionalField('shard', shard.value),
    ...optionalField('audience', audience.value),
    policy,
    catalog,
    settings: {
      limits: registries.value.limits,
      offline: false,
      cacheDirectory: localCacheDirectory(io.env),
      ...layerFactsSetting(io.env),
      listAttestations: attestationsOf(io),
      ...(values['trusted-root'] === undefined ? {} : { trustedRootFile: resolve(io.cwd, values['trusted-root']) }),
      ...vulnerabilitiesDirectory(policy, io.cwd, values.vulnerabilities, io.cwd),
    },
    options: options.value,
    collectors,
    registries: registries.value,
    ...optionalField('routes', values.registry),
    state,
    notices: isForAll
      ? [
          `Registries were read without credentials, and those in private networks not at all: ${values.audience} is ${audience.value.visibility}.`,
        ]
      : [],
    ...(values['use-repository-policies'] === true ? { ownPolicy: ownPolicies(client, catalog) } : {}),
    now: new Date(),
    say,
  };
  const document = await runSurvey(request).finally(() => registries.value.close());
  if (!document.ok) return stopped(document.error, io);
  say(`${paced.sent()} requests were sent to GitHub.`);
  if (mayWrite(paced.scopes()))
    say(
      'The token may do more than read. Use a fine-grained token, or that of a GitHub App, with `contents: read` alone.',
    );
  if (state.problem !== undefined)
    say(`What was done could not be kept in ${join(output, 'state')}, and would be done again: ${state.problem}.`);
  const isWritten = await writeSurvey(document.value, output, io);
  if (!isWritten) return 2;
  await finishSurvey(state, document.value);
  return document.value.failed.length === 0 ? 0 : 2;
});

async function repositoriesOf(
  { org, repositories }: { readonly org?: string | undefined; readonly repositories?: string | undefined },
  io: CommandIo,
): Promise<Result<SurveyRequest['of'], string>> {
  if ((org === undefined) === (repositories === undefined)) return err('Give --org NAME or --repositories FILE.');
  if (org !== undefined)
    return /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(org)
      ? ok({ organization: org })
      : err(`--org is "${org}"; expected the name of an organization or a user.`);
  const path = repositories ?? '';
  const text = await readFile(resolve(io.cwd, path), 'utf8').then(ok, (error: unknown) => err(messageOf(error)));
  if (!text.ok) return err(`--repositories ${path} can't be read: ${text.error}.`);
  const names = readRepositoryList(text.value);
  return names.ok ? ok({ names: names.value, label: basename(path) }) : err(`--repositories ${path}: ${names.error}.`);
}

/** Whether a classic token has a scope beyond reading. @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
function mayWrite(scopes: string | undefined): boolean {
  return (scopes ?? '').split(',').some((scope) => scope.trim() !== '' && !scope.trim().startsWith('read:'));
}

function stopped({ message, fix }: { readonly message: string; readonly fix: string }, io: CommandIo): 2 {
  io.stderr(`survey: ${message} ${fix}\n`);
  return 2;
}
