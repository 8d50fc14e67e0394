import { z } from 'zod';
import { globMatches, parseGlob } from '../references/glob.js';

/** Patterns over paths of an image, as policies write them: absolute, `*` within a directory, `**` across. */
export const pathPatterns = () =>
  z.array(
    z.string().refine((text) => text.startsWith('/') && parseGlob(text).ok, {
      error: 'a pattern of absolute paths, such as /usr/bin/su or /opt/**',
    }),
  );

/** Whether one of the patterns describes a path (given without its leading slash). */
export function matchesPath(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.map(parseGlob).flatMap((glob) => (glob.ok ? [glob.value] : []));
  return (path) => globs.some((glob) => globMatches(glob, `/${path}`));
}
