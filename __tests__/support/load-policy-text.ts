import { loadCatalog } from '../../src/catalog/catalog.js';
import { optionalField } from '../../src/lib/collections.js';
import { err, ok, type Result } from '../../src/lib/result.js';
import { type LoadedPolicy, type LoadPolicyInput, loadPolicy } from '../../src/policy/load.js';
import type { Policy } from '../../src/policy/policy.js';
import { formatProblem, type PolicyProblem } from '../../src/policy/problem.js';
import { rulesWithOptions } from './rules-with-options.js';

export interface PolicyWorld {
  /** Files of the policy's own repository, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Policies of other repositories, by `owner/repository/path@ref`, and files of theirs by `owner/repository/path`. */
  readonly remote?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly profileOverride?: LoadPolicyInput['profileOverride'];
  readonly rules?: LoadPolicyInput['rules'];
  readonly catalog?: LoadPolicyInput['catalog'];
  readonly now?: Date;
}

const POLICY_PATH = '.github/base-image-gate.yml';

/** Loads a policy from texts in memory, as the Action does from commits. */
export function loadPolicyText(
  text: string | Uint8Array,
  world: PolicyWorld = {},
): Promise<Result<LoadedPolicy, readonly PolicyProblem[]>> {
  const lookUp = (files: Readonly<Record<string, string>> | undefined, path: string) => {
    const found = files?.[path];
    return Promise.resolve(found === undefined ? err('there is no such file') : ok(found));
  };
  return loadPolicy({
    path: world.path ?? POLICY_PATH,
    text,
    resolveFile: (path) => lookUp(world.files, path),
    resolveExtends: ({ owner, repository, path, ref }) => {
      const found = world.remote?.[`${owner}/${repository}/${path}@${ref}`];
      if (found === undefined) return Promise.resolve(err('the repository answered 404'));
      return Promise.resolve(
        ok({
          text: found,
          commit: ref.padEnd(40, '0'),
          resolveFile: (file: string) => lookUp(world.remote, `${owner}/${repository}/${file}`),
        }),
      );
    },
    rules: world.rules ?? rulesWithOptions,
    catalog: world.catalog ?? loadCatalog(),
    ...optionalField('now', world.now),
    ...optionalField('profileOverride', world.profileOverride),
  });
}

/** The policy of a text that must be valid. */
export async function validPolicy(text: string, world?: PolicyWorld): Promise<Policy> {
  const loaded = await loadPolicyText(text, world);
  if (!loaded.ok) throw new Error(loaded.error.map(formatProblem).join('\n'));
  return loaded.value.policy;
}

/** The problems of a text that must not be. */
export async function policyProblems(
  text: string | Uint8Array,
  world?: PolicyWorld,
): Promise<readonly PolicyProblem[]> {
  const loaded = await loadPolicyText(text, world);
  if (loaded.ok) throw new Error('the policy is valid');
  return loaded.error;
}
