import { z } from 'zod';
import type { Result } from '../lib/result.js';
import { parseGlob } from '../references/glob.js';
import { parsePattern } from '../references/pattern.js';
import { parsePlatform } from '../references/platform.js';
import { parseIdentity } from './identity.js';

/** A text that a reader of ours understands; what it says about others is shown as the reason. */
function readBy(reader: (text: string) => Result<unknown, string>, expected: string) {
  return z.string().superRefine((text, context) => {
    const read = reader(text);
    if (!read.ok) context.addIssue({ code: 'custom', message: read.error, params: { expected } });
  });
}

/** A pattern over references. */
export const imagePattern = () =>
  readBy(parsePattern, 'a pattern such as alpine, ghcr.io/acme/* or registry.example.com/base/**:1.*');

/** A glob over paths of the repository. */
export const fileGlob = () => readBy(parseGlob, 'a glob such as **/Dockerfile* or services/*/Dockerfile');

/** A subject: exact, or an anchored glob that does not match everyone. */
export const identity = () =>
  readBy(
    parseIdentity,
    'an exact identity, or a glob such as https://github.com/acme/images/.github/workflows/*@refs/tags/**',
  );

/** An exact text or a glob that narrows what an identity already names: here `**` admits no one whom the identity excludes. */
export const textGlob = () => readBy(parseGlob, 'a string, or a glob with * (within a segment) and ** (across)');

export const platform = () => readBy(parsePlatform, 'a platform such as linux/amd64');

/** `host` or `host/prefix`: what a registry, or a part of one, is called. */
export const registryPath = () =>
  z.string().regex(/^(?:localhost|(?=[^/]*[.:])[A-Za-z0-9._:[\]-]+)(?:\/[a-z0-9._-]+)*\/?$/, {
    error: 'a registry host, or host/path, such as registry.example.com or mirror.example.com/dockerhub',
  });

/** A calendar day, `2027-01-31`. */
export const isoDate = () => z.iso.date({ error: 'a day that exists, written as 2027-01-31' });

/** A file of the repository and commit of the policy that names it. */
export const repositoryPath = () =>
  z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\\0]+$/, {
    error: 'a path in the repository, relative to its root, such as .github/keys/base.pub',
  });
