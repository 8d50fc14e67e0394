import { familiarReference, parseReference } from '../../references/reference.js';
import { own } from './build-arguments.js';

/**
 * The named context for a name: looked up by its familiar form without `:latest`, first for the platform.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerui/config.go `NamedContext`
 */
export function namedContext(
  contexts: Readonly<Record<string, string>>,
  name: string,
  platform: string,
): string | undefined {
  const reference = parseReference(name);
  if (!reference.ok) return undefined;
  const familiar = familiarReference(reference.value).replace(/:latest$/, '');
  return own(contexts, `${familiar}::${platform}`) ?? own(contexts, familiar);
}

/** The image that a named context stands for; `undefined` where it is a directory, a repository, a build file … */
export function contextImage(context: string): string | undefined {
  const match = /^docker-image:(?:\/\/)?(.*)$/s.exec(context);
  return match?.[1];
}
