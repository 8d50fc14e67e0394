import { parseRepositoryName } from '../github/event/environment.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural, shown } from '../lib/text.js';

/** More than any organization has; a longer list is a mistake. */
const MAX_REPOSITORIES = 200_000;

/**
 * Reads a list of repositories: `owner/name` a line, `#` begins a comment, and a repository that stands twice counts
 * once. Fails with a clause that names the line.
 */
export function readRepositoryList(text: string): Result<readonly string[], string> {
  const names = new Map<string, string>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const name = line.replace(/(?:^|\s)#.*$/s, '').trim();
    if (name === '') continue;
    if (parseRepositoryName(name) === null) return err(`line ${index + 1} is ${shown(name)}; expected owner/name`);
    names.set(name.toLowerCase(), name);
    if (names.size > MAX_REPOSITORIES)
      return err(`it names more than ${plural(MAX_REPOSITORIES, 'repository', 'repositories')}`);
  }
  return names.size === 0 ? err('it names no repository; expected owner/name on each line') : ok([...names.values()]);
}
