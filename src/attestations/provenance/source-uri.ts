/** What is longer is no repository of a forge, and costs time. */
const MAX_URI_LENGTH = 2048;

/** A repository, and the ref where the text names one. */
export interface SourceUri {
  readonly repository: string;
  readonly ref?: string;
}

/**
 * Brings the ways to write a git repository to one: `git+https://github.com/acme/images.git@refs/heads/main`,
 * `git@github.com:acme/images.git` and `https://github.com/acme/images.git#main:directory` are
 * `https://github.com/acme/images`. Dots in the path are resolved as a client would, so that what a pattern allows is
 * what was fetched; a text that names a user, or is no URL, stays as it is and matches only itself.
 */
export function readSourceUri(text: string): SourceUri {
  if (text.length > MAX_URI_LENGTH) return { repository: text };
  const withoutGit = text.startsWith('git+') ? text.slice('git+'.length) : text;
  const scp = /^git@([A-Za-z0-9.-]+):([^:]+)$/.exec(withoutGit);
  const written = scp === null ? withoutGit : `https://${scp[1]}/${scp[2]}`;
  if (!URL.canParse(written)) return { repository: text };
  const url = new URL(written);
  if (!['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol) || url.password !== '') return { repository: text };
  if (url.username !== '' && !(url.protocol === 'ssh:' && url.username === 'git')) return { repository: text };
  const at = url.pathname.indexOf('@');
  const ref = at < 0 ? url.hash.slice(1).split(':')[0] : url.pathname.slice(at + 1);
  // The forges' repositories are the same over ssh and https.
  const scheme = url.protocol === 'ssh:' || url.protocol === 'git:' ? 'https:' : url.protocol;
  const origin = `${scheme}//${url.protocol === 'ssh:' ? url.hostname : url.host}`;
  const repository = `${origin}${plainPath(origin, at < 0 ? url.pathname : url.pathname.slice(0, at))}`;
  return { repository, ...(ref === undefined || ref === '' ? {} : { ref }) };
}

/** Without dots, slashes and `.git` at its end; what taking one off uncovers is taken off as well. */
function plainPath(origin: string, path: string): string {
  let plain = path;
  for (;;) {
    const resolved = new URL(`${origin}${plain}`).pathname;
    const shorter = resolved.endsWith('/')
      ? resolved.slice(0, -1)
      : resolved.endsWith('.git')
        ? resolved.slice(0, -4)
        : resolved;
    if (shorter === plain) return plain;
    plain = shorter;
  }
}

/** A builder's id with its dots resolved, so that `…/acme/../evil/x` is no builder of acme's. */
export function normalizeBuilder(id: string): string {
  if (id.length > MAX_URI_LENGTH || !/^https?:\/\//.test(id) || !URL.canParse(id)) return id;
  const url = new URL(id);
  return url.username === '' && url.password === '' ? url.href.replace(/\/$/, '') : id;
}
