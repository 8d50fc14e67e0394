import { type CatalogedPackage, type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/**
 * Reads which gems Bundler took from Git, by an application's Gemfile.lock: their specifications may compute name and
 * version. They count where Bundler installed them; gems of registries are found by the specifications that RubyGems writes.
 *
 * @see https://bundler.io/man/bundle-lock.1.html
 */
export const bundlerCataloger: Cataloger = {
  id: 'bundler',
  names: /(?:^|\/)(?:Gemfile|gems)\.(?:lock|locked)$/,
  kinds: ['other'],
  open: (file) => readWhole(file, CATALOG_LIMITS['metadata-bytes'], readLock),
};

/** Characters of a line: an address of a repository, or a gem with its version. */
const MAX_LINE = 1000;

function readLock(text: string): FileCatalog {
  const packages: CatalogedPackage[] = [];
  let section = '';
  let repository: string | undefined;
  let revision: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^[A-Z]/.test(line)) {
      section = line.trim();
      repository = undefined;
      revision = undefined;
    }
    if (section !== 'GIT' || line.length > MAX_LINE) continue;
    // `remote: https://example.com/acme/tool.git` is installed as tool-0123456789ab.
    repository = /^ {2}remote: .*?([^/:]+?)(?:\.git)?\/?$/.exec(line)?.[1] ?? repository;
    revision = /^ {2}revision: ([0-9a-f]{12})[0-9a-f]*$/.exec(line)?.[1] ?? revision;
    const [, name, version] = /^ {4}([A-Za-z0-9][\w.-]*) \(([0-9][0-9A-Za-z.-]*)\)$/.exec(line) ?? [];
    if (name === undefined || version === undefined || repository === undefined || revision === undefined) continue;
    packages.push({ type: 'gem', name, version, needs: `bundler/gems/${repository}-${revision}` });
  }
  return { ...EMPTY, packages };
}
