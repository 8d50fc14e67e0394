/** A repository, and the ref where the text names one. */
export interface SourceUri {
  readonly repository: string;
  readonly ref?: string;
}

/**
 * Brings the ways to write a git repository to one: `git+https://github.com/acme/images.git@refs/heads/main`,
 * `git@github.com:acme/images.git` and `https://github.com/acme/images.git#main:folder` are
 * `https://github.com/acme/images`. Dots in the path are resolved as a client would, so that what a pattern allows is
 * what was fetched; a text that names a user, or is no URL, stays as it is and matches only itself.
 */
export function readSourceUri(text: string): SourceUri {
  const withoutGit = text.startsWith('git+') ? text.slice('git+'.length) : text;
  const scp = /^git@([A-Za-z0-9.-]+):([^:]+)$/.exec(withoutGit);
  const written = scp === null ? withoutGit : `https://${scp[1]}/${scp[2]}`;
  if (!URL.canParse(written)) return { repository: text };
  const url = new URL(written);
  if (!['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol) || url.password !== '') return { repository: text };
  if (url.username !== '' && !(url.protocol === 'ssh:' && url.username === 'git')) return { repository: text };
  const at = url.pathname.indexOf('@');
  const path = (at < 0 ? url.pathname : url.pathname.slice(0, at)).replace(/\/$/, '').replace(/\.git$/, '');
  const ref = at < 0 ? url.hash.slice(1).split(':')[0] : url.pathname.slice(at + 1);
  // The forges' repositories are the same over ssh and https.
  const scheme = url.protocol === 'ssh:' || url.protocol === 'git:' ? 'https:' : url.protocol;
  const host = url.protocol === 'ssh:' ? url.hostname : url.host;
  return {
    repository: `${scheme}//${host}${path}`,
    ...(ref === undefined || ref === '' ? {} : { ref }),
  };
}

/** A builder's id with its dots resolved, so that `…/acme/../evil/x` is no builder of acme's. */
export function normaliseBuilder(id: string): string {
  if (!/^https?:\/\//.test(id) || !URL.canParse(id)) return id;
  const url = new URL(id);
  return url.username === '' && url.password === '' ? url.href.replace(/\/$/, '') : id;
}
