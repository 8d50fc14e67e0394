import { globMatches, parseGlob } from '../../references/glob.js';
import { joinInside, NO_BUILDS, type RequestedBuilds, type UnseenRequest } from '../script/named-build.js';
import { entriesOf, field, items, type YamlPath } from '../workflow/yaml-fields.js';

/** GitLab takes 150 for one pipeline. */
const MAX_INCLUDES = 150;

/**
 * The configurations that one of GitLab CI includes, for its own pipeline and for those that its jobs start: files of the
 * repository, which are read as it is, and those of other projects, which are named. Templates are GitLab's own.
 *
 * @see https://docs.gitlab.com/ci/yaml/#include
 */
export function includedByGitlab(
  document: unknown,
  paths: ReadonlySet<string>,
  lineOf: (path: YamlPath) => number,
): RequestedBuilds {
  const follows: string[] = [];
  const unseen: UnseenRequest[] = [];
  let left = MAX_INCLUDES;
  const take = (given: unknown, path: YamlPath) => {
    for (const one of Array.isArray(given) ? items(given) : [given]) {
      if (left-- <= 0) return;
      const local = typeof one === 'string' && !/^https?:/.test(one) ? one : field(one, 'local');
      const elsewhere = [field(one, 'project'), field(one, 'remote'), field(one, 'component'), one].find(
        (name) => typeof name === 'string',
      );
      if (typeof local === 'string') follows.push(...localFiles(local, paths));
      else if (typeof elsewhere === 'string') {
        const what = `includes a configuration of ${elsewhere}, which is not read`;
        unseen.push({ what, line: lineOf(path), fixKind: 'elsewhere' });
      }
    }
  };
  take(field(document, 'include'), ['include']);
  for (const [name, job] of entriesOf(document))
    take(field(field(job, 'trigger'), 'include'), [name, 'trigger', 'include']);
  return { ...NO_BUILDS, unseen, follows };
}

/** From the top of the repository, with or without a slash; a pattern may stand for many. */
function localFiles(written: string, paths: ReadonlySet<string>): readonly string[] {
  const path = joinInside(written.replace(/^\/+/, ''));
  if (path === undefined) return [];
  if (!path.includes('*')) return paths.has(path) ? [path] : [];
  const glob = parseGlob(path);
  return glob.ok ? [...paths].filter((one) => globMatches(glob.value, one)) : [];
}
