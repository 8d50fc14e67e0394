import { optionalField } from '../../lib/collections.js';
import { listed } from '../../lib/text.js';
import { assign, type NamedBuild } from './named-build.js';
import { type LoadText, preprocess } from './preprocessor.js';

/**
 * The build with what podman and buildah read before it: the values of `--build-arg-file`, which those of the command
 * line replace, and the one text that several build files, or one behind the C preprocessor, come to. The clause is why
 * that is not known.
 *
 * @see https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md
 */
export async function withPodmanFiles(build: NamedBuild, load: LoadText): Promise<NamedBuild | string> {
  const { podman, ...others } = build;
  if (podman === undefined) return build;
  const given = await withArguments(others, podman.argumentFiles, load);
  if (podman.files.length === 0) return given;
  const texts: string[] = [];
  const parts: string[] = [];
  for (const candidates of podman.files) {
    const found = await firstOf(candidates, load);
    if (found === undefined) return `builds ${candidates[0] ?? 'a file'}, which does not exist`;
    parts.push(found.path);
    if (!found.path.endsWith('.in')) texts.push(found.text);
    else {
      const read = await preprocess(found.path, podman.preprocessorFlags, load);
      if ('fault' in read) return `builds ${found.path} through the C preprocessor, but ${read.fault}`;
      texts.push(read.text);
    }
  }
  // Each is parsed by itself: no instruction goes on in the next file, and each has an escape character of its own.
  if (texts.some((text) => /[\\`]\s*$/.test(lastLine(text)) || /^#[ \t]*escape[ \t]*=/im.test(text)))
    return `builds ${listed(parts)} as one file, but one of them ends inside an instruction or has an escape directive`;
  return {
    ...given,
    inline: texts.map((text) => text.replace(/\n*$/, '\n')).join(''),
    parts,
    request: { line: 1, ...given.request, name: listed(parts) },
  };
}

/** The last instruction's last line: what is behind it is empty, or a comment. */
function lastLine(text: string): string {
  return text.split('\n').findLast((line) => line.trim() !== '' && !/^\s*#/.test(line)) ?? '';
}

async function firstOf(
  candidates: readonly string[],
  load: LoadText,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  for (const path of candidates) {
    const text = await load(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

/** One `NAME=value` a line; a name alone is the environment's, and a line that begins with `#` is a comment. */
async function withArguments(build: NamedBuild, files: readonly string[], load: LoadText): Promise<NamedBuild> {
  const values: Record<string, string> = {};
  const open: string[] = [];
  for (const file of files) {
    const text = await load(file);
    for (const line of text?.split('\n') ?? []) {
      if (line === '' || line.startsWith('#')) continue;
      if (line.includes('=')) assign(values, line);
      else open.push(line);
    }
    if (text === undefined) open.push('');
  }
  const left = open.filter((name) => !Object.hasOwn(build.buildArgs, name));
  if (left.length === 0) return { ...build, buildArgs: { ...values, ...build.buildArgs } };
  const before = build.open ?? { args: [], target: false, contexts: [] };
  return {
    ...build,
    buildArgs: { ...values, ...build.buildArgs },
    ...optionalField('open', { ...before, args: [...before.args, ...left] }),
  };
}
