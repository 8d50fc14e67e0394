import type { Catalog } from '../catalog/publisher.js';
import { MAX_POLICY_BYTES } from '../github/repository/branch-policy.js';
import type { GitHubClient } from '../github/repository/client.js';
import type { CommitTree } from '../github/repository/commit-tree.js';
import { policyLoader } from '../github/repository/policy-loader.js';
import type { Explanation } from '../lib/failure.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { OTHER_POLICY_PATH, POLICY_PATH } from '../policy/policy.js';
import { readingOptions } from '../policy/reading-options.js';
import type { ListedRepository } from './list-repositories.js';
import type { OwnPolicy } from './read-repositories.js';

/**
 * Loads the policy that a repository itself has at the evaluated commit; null where it has none. A policy that can't be
 * applied fails without its text: what it extends may be seen by fewer people than the survey.
 */
export function ownPolicies(
  client: GitHubClient,
  catalog: Catalog,
): (tree: CommitTree, repository: ListedRepository) => Promise<Result<OwnPolicy | null, Explanation>> {
  return async (tree, repository) => {
    const load = policyLoader({ repository, client, policyClient: null, catalog });
    for (const path of [POLICY_PATH, OTHER_POLICY_PATH]) {
      const text = await tree.read(path, MAX_POLICY_BYTES);
      if (!text.ok && text.error.code === 'not-found') continue;
      if (!text.ok) return text;
      const resolveFile = async (name: string): Promise<Result<Uint8Array, string>> => {
        const file = await tree.read(name, MAX_POLICY_BYTES);
        return file.ok ? file : err(file.error.message);
      };
      const loaded = await load({ path, text: text.value, commit: repository.commit, resolveFile });
      if (!loaded.ok) {
        const count = plural(loaded.error.length, 'problem');
        return err({
          message: `Its own policy ${path} can't be applied: it has ${count}.`,
          fix: 'Run `base-image-gate policy validate` in the repository, and fix what it shows.',
        });
      }
      const { policy } = loaded.value;
      const options = readingOptions({}, {}, policy);
      return options.ok
        ? ok({ policy, options: options.value })
        : err({ message: options.error, fix: 'Correct its own policy.' });
    }
    return ok(null);
  };
}
