/** What a file's name says of it. */
export type NameKind = 'dockerfile' | 'template' | 'ignore-file' | 'other';

/**
 * Whether a file is a Dockerfile by its name: `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, `*.dockerfile`,
 * `Containerfile*`, and `dockerfile`, which BuildKit falls back to. Ignore files are none, and templates are none until
 * something has filled them in.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerui/config.go `ReadEntrypoint`
 */
export function nameKind(path: string): NameKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/\.(?:docker|container)ignore$/.test(name)) return 'ignore-file';
  const stem = name.replace(/\.(?:j2|tmpl|template|erb)$/, '');
  const usual = /^(?:[dD]ockerfile|Dockerfile\..+|Containerfile.*)$/s.test(stem) || /.\.[dD]ockerfile$/s.test(stem);
  if (!usual) return 'other';
  return stem === name ? 'dockerfile' : 'template';
}
