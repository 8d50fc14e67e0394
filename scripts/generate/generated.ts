import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rules } from '../../src/rules/index.js';
import { withActionTables } from './action-tables.js';
import { commandPage, withCommands } from './command-tables.js';
import { rulePage, rulesOverview } from './rule-pages.js';
import { schemaFiles } from './schemas.js';

const PAGES = 'docs/rules';

/** Every file that is made from the source, whole or in part, with what belongs in it, by path. */
function generatedFiles(root: string): ReadonlyMap<string, string> {
  const files = new Map(Object.entries(schemaFiles()));
  files.set(`${PAGES}/README.md`, rulesOverview(rules));
  for (const rule of rules) files.set(`${PAGES}/${rule.id}.md`, rulePage(rule));
  for (const [page, source] of [
    ['README.md', 'action.yml'],
    ['docs/events.md', 'report/action.yml'],
  ] as const) {
    if (!existsSync(join(root, page))) continue;
    const action = readFileSync(join(root, source), 'utf8');
    files.set(page, withActionTables(readFileSync(join(root, page), 'utf8'), action, source));
  }
  const readme = files.get('README.md');
  if (readme !== undefined) files.set('README.md', withCommands(readme));
  files.set('docs/command-line.md', commandPage());
  return files;
}

/** Pages of rules that are no more. */
function leftOver(root: string, files: ReadonlyMap<string, string>): readonly string[] {
  const directory = join(root, PAGES);
  const pages = existsSync(directory) ? readdirSync(directory).map((name) => `${PAGES}/${name}`) : [];
  return pages.filter((path) => !files.has(path));
}

/** Paths of files that are not what would be written, or should not be there. */
export function stale(root: string): readonly string[] {
  const files = generatedFiles(root);
  const differing = [...files].filter(([path, content]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== content;
  });
  return [...differing.map(([path]) => path), ...leftOver(root, files)];
}

/** Writes what is stale, removes what should not be there, and returns the paths. */
export function write(root: string): readonly string[] {
  const files = generatedFiles(root);
  const paths = stale(root);
  for (const path of paths) {
    const content = files.get(path);
    if (content === undefined) {
      rmSync(join(root, path));
    } else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  }
  return paths;
}
