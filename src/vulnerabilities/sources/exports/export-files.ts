import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { VulnerabilityLimits } from '../../limits.js';
import { SECURITY_DATABASE_DIRECTORY } from '../alpine/community-packages.js';
import type { SourceFailure } from '../source.js';

/** CISA's list, which may lie in the same directory. */
export const EXPLOITED_LIST_FILE = 'known_exploited_vulnerabilities.json';

/** Files of others, which are no OSV records, in a directory of their own. */
const NO_EXPORTS: ReadonlySet<string> = new Set([SECURITY_DATABASE_DIRECTORY]);

/** A file with records: an ecosystem's archive, or one record. */
export interface ExportFile {
  readonly path: string;
  readonly kind: 'archive' | 'record';
  /** Its directory: the public export has a directory with an archive for each family of ecosystems. */
  readonly dir: string;
}

/** Every `.zip` and `.json` below a directory, in the order of their names. Links are not followed. */
export async function listExportFiles(
  directory: string,
  limits: VulnerabilityLimits,
): Promise<Result<readonly ExportFile[], SourceFailure>> {
  const found: ExportFile[] = [];
  const pending = [{ path: directory, dir: '', depth: 0 }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { path, dir, depth } = next;
    if (depth > limits['export-depth']) {
      return err(
        passed(directory, 'export-depth', `has directories more than ${plural(limits['export-depth'], 'level')} deep`),
      );
    }
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => error);
    if (!Array.isArray(entries)) {
      return err({
        cause: 'not-found',
        message: `The directory of vulnerability exports ${path} could not be read: ${entries instanceof Error ? entries.message : String(entries)}.`,
        fix: 'Use a directory that contains OSV exports (all.zip by ecosystem, or JSON records).',
      });
    }
    for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = join(path, entry.name);
      if (depth === 0 && NO_EXPORTS.has(entry.name)) continue;
      if (entry.isDirectory()) pending.push({ path: inside, dir: entry.name, depth: depth + 1 });
      else if (!entry.isFile() || entry.name === EXPLOITED_LIST_FILE) continue;
      else if (entry.name.endsWith('.zip')) found.push({ path: inside, kind: 'archive', dir });
      else if (entry.name.endsWith('.json')) found.push({ path: inside, kind: 'record', dir });
    }
    if (found.length > limits['export-files']) {
      return err(passed(directory, 'export-files', `holds more than ${plural(limits['export-files'], 'file')}`));
    }
  }
  return ok(found);
}

function passed(directory: string, limit: string, what: string): SourceFailure {
  return {
    cause: 'limit',
    message: `The directory of vulnerability exports ${directory} ${what} (limit ${limit}).`,
    fix: 'Use a directory that contains only OSV exports.',
  };
}
