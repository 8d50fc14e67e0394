import { LAYER_LIMITS } from './limits.js';
import { TarError } from './tar-header.js';

/**
 * A member's name as a path relative to the image's root: `./usr//bin/` is `usr/bin`, `/etc` is `etc`; the root
 * itself is the empty text. A name that leaves the root is refused, as Docker does: no builder writes one.
 */
export function memberPath(name: string): string {
  if (name.length > LAYER_LIMITS['path-bytes'])
    throw new TarError(`a path has ${name.length} characters`, 'path-bytes');
  if (name.includes('\0')) throw new TarError('a path holds a NUL byte');
  // Nearly every name is plain already.
  if (!/(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(name)) return name;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw new TarError(`the path "${name.slice(0, 200)}" leaves the image's root`);
  }
  return parts.join('/');
}
