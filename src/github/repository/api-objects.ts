import type { TreeError } from '../../build-files/repository-tree.js';
import { optionalField } from '../../lib/collections.js';
import { err, ok } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { formatRepositoryName, type RepositoryName } from '../event/environment.js';
import type { GitHubClient } from './client.js';
import { type GitEntry, type GitObjects, tooLarge } from './commit-tree.js';
import { attempt, type GitHubError, type Purpose } from './github-error.js';

/** How many listings one commit may cost: GitHub cuts a recursive one at 100,000 entries or 7 MB. */
const MAX_TREE_REQUESTS = 300;
const MAX_ENTRIES = 1_000_000;

/** A commit of a repository on GitHub, read through the API: nothing is checked out. */
export function apiObjects(client: GitHubClient, repository: RepositoryName, commit: string): GitObjects {
  const name = `${formatRepositoryName(repository)}@${commit.slice(0, 12)}`;
  const place = { owner: repository.owner, repo: repository.name };
  const reading: Purpose = { doing: `read ${name}`, permission: 'contents: read' };
  return {
    name,
    list: async () => {
      const listed = await attempt(reading, () => listTree(client, place, commit));
      if (!listed.ok) return err(treeError('.', listed.error));
      return listed.value === null ? err(tooManyEntries(name)) : ok(listed.value);
    },
    blob: async (entry, maxBytes) => {
      const answer = await attempt({ ...reading, doing: `read ${entry.path} of ${name}` }, () =>
        client.rest.git.getBlob({ ...place, file_sha: entry.id }),
      );
      if (!answer.ok) return err(treeError(entry.path, answer.error));
      const { content, encoding, size } = answer.value.data;
      if (size !== null && size > maxBytes) return err(tooLarge(entry.path, maxBytes));
      return ok(new Uint8Array(Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8')));
    },
  };
}

interface Place {
  readonly owner: string;
  readonly repo: string;
}

/**
 * Everything below a commit. A listing that GitHub cut short is taken apart: one directory at a time, until each fits.
 * Null when the repository is beyond the limits. Throws as the client does.
 *
 * @see https://docs.github.com/en/rest/git/trees#get-a-tree
 */
async function listTree(client: GitHubClient, place: Place, commit: string): Promise<readonly GitEntry[] | null> {
  const entries: GitEntry[] = [];
  const waiting: { id: string; prefix: string }[] = [{ id: commit, prefix: '' }];
  let requests = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (++requests > MAX_TREE_REQUESTS || entries.length > MAX_ENTRIES) return null;
    const { prefix, id } = next;
    const whole = await client.rest.git.getTree({ ...place, tree_sha: id, recursive: 'true' });
    if (!whole.data.truncated) {
      for (const entry of whole.data.tree) if (entry.type !== 'tree') entries.push(asGitEntry(prefix, entry));
      continue;
    }
    requests++;
    const level = await client.rest.git.getTree({ ...place, tree_sha: id });
    if (level.data.truncated) return null;
    for (const entry of level.data.tree) {
      if (entry.type === 'tree') waiting.push({ id: entry.sha, prefix: `${prefix}${entry.path}/` });
      else entries.push(asGitEntry(prefix, entry));
    }
  }
  return entries;
}

function asGitEntry(prefix: string, entry: { path: string; mode: string; sha: string; size?: number }): GitEntry {
  const { mode, sha: id, size } = entry;
  return { path: `${prefix}${entry.path}`, mode, id, ...optionalField('size', size) };
}

function treeError(path: string, error: GitHubError): TreeError {
  const code = error.code === 'not-found' ? 'not-found' : 'unreadable';
  return { code, path, message: error.message, fix: error.fix };
}

function tooManyEntries(name: string): TreeError {
  return {
    code: 'too-large',
    path: '.',
    message: `${name} has too many entries to list through the API: more than ${plural(MAX_TREE_REQUESTS, 'request')} (limit tree-requests).`,
    fix: 'Run actions/checkout before this step to read the clone instead.',
  };
}
