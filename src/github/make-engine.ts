import { join } from 'node:path';
import type { ReadingOptions } from '../build-files/reading.js';
import { isListedHost, loadCatalog } from '../catalog/catalog.js';
import { collectors } from '../evidence/collectors.js';
import { type Change, loweredBy, readBase } from '../gate/change.js';
import { includedUses } from '../gate/included-uses.js';
import { runGate } from '../gate/run.js';
import { err } from '../lib/result.js';
import type { Policy } from '../policy/policy.js';
import type { Credential } from '../registry/auth/credentials.js';
import { openActionsCache } from '../registry/cache/actions-cache.js';
import { actionsCacheService } from '../registry/cache/actions-cache-service.js';
import { openRegistries } from '../registry/open-registries.js';
import { type ChangeRequest, type Engine, readingOf } from './engine.js';

export interface EngineSetting {
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workspace: string;
  /** RUNNER_TEMP, where what registries sent is kept for a job's steps; empty for no cache. */
  readonly temporaryDirectory: string;
  /** Reported every text that must not be seen in a log. */
  readonly mask: (secret: string) => void;
  readonly notice: (message: string) => void;
}

/** The gate as it runs on a runner: registries over the network, and credentials as the workflow gave them. */
export function makeEngine(setting: EngineSetting): Engine {
  const { credentials, environment, workspace, temporaryDirectory, mask, notice } = setting;
  return async ({ tree, policy, builds, change, locked, included, policyIsOwn, listAttestations, preliminary }) => {
    const catalog = loadCatalog();
    const options = readingOf(builds, policy);
    if (!options.ok) return err({ code: 'usage', message: options.error, fix: 'Correct the input in the workflow.' });
    const reading = options.value;
    const uses = includedUses(included, 'include');
    if (!uses.ok) return err({ code: 'usage', message: uses.error, fix: 'Write one image per line.' });
    const cache =
      temporaryDirectory === ''
        ? {}
        : {
            cache: await openActionsCache({
              directory: join(temporaryDirectory, 'base-image-gate-registry'),
              service: actionsCacheService(environment),
              notice,
            }),
          };
    const registries = await openRegistries({
      ...cache,
      registries: policy.registries,
      isListed: (registry) => isListedHost(catalog, policy, { registry }),
      environment,
      workspace,
      credentials,
      mask,
      notice,
    });
    if (!registries.ok) {
      return err({ code: 'usage', message: registries.error, fix: "Correct it in the runner's configuration." });
    }
    try {
      const evaluated = await runGate({
        tree,
        reading,
        policy,
        catalog,
        source: registries.value.source,
        collectors,
        settings: { now: new Date(), offline: false, limits: registries.value.limits, listAttestations },
        change: change === null ? null : await compared(change, policy, reading),
        all: false,
        locked,
        policyIsOwn,
        included: uses.value,
        preliminary,
      });
      if (evaluated.ok) return evaluated;
      const { message, fix } = evaluated.error;
      return err({ code: 'indeterminate', message, fix });
    } finally {
      await registries.value.close();
    }
  };
}

async function compared(
  { base, against, changedFiles, onlyNew }: ChangeRequest,
  policy: Policy,
  reading: ReadingOptions,
): Promise<Change> {
  return {
    base: against,
    changedFiles,
    onlyNew: loweredBy(policy, onlyNew),
    ...(base === null ? { baseUses: null } : await readBase(base, reading)),
  };
}
