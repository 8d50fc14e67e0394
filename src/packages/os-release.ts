import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { keptText, whyUnread } from '../image-content/filesystem/kept-text.js';
import type { Distribution } from './inventory.js';

/** In the order in which os-release(5) says to look. */
const PLACES = ['etc/os-release', 'usr/lib/os-release'] as const;

/**
 * What an os-release says, or null if there is none, or none that names a distribution.
 *
 * @param root the directory whose os-release is wanted, with a slash at its end; empty for the image's own
 */
export function readDistribution(tree: FileTree, root = ''): Distribution | null {
  for (const place of PLACES) {
    const where = `${root}${place}`;
    const text = keptText(tree, where);
    const distribution = text === undefined ? null : parseOsRelease(text, where);
    if (distribution !== null) return distribution;
  }
  return null;
}

/** Every os-release that is a file of its own and names a distribution, and which of its fields it gives two values. */
export function readDistributions(
  tree: FileTree,
): readonly { readonly distribution: Distribution; readonly repeated: readonly string[] }[] {
  return PLACES.flatMap((where) => {
    const text = keptText(tree, where);
    const distribution = text === undefined ? null : parseOsRelease(text, where);
    return text === undefined || distribution === null ? [] : [{ distribution, repeated: repeatedFields(text) }];
  });
}

/** A shell takes the last value, other readers the first. */
function repeatedFields(text: string): readonly string[] {
  return ['ID', 'VERSION_ID'].filter((name) => {
    const values = [...text.matchAll(new RegExp(`^\\s*(?:export\\s+)?${name}=(.*)$`, 'gm'))];
    return new Set(values.map(([, value = '']) => unquote(value.trim()))).size > 1;
  });
}

/** The os-release that may say what distribution it is, and that was not read. */
export function unreadDistribution(tree: FileTree): { readonly path: string; readonly reason: string } | null {
  for (const path of PLACES) {
    const reason = whyUnread(tree, path);
    if (reason !== undefined) return { path, reason };
  }
  return null;
}

/** Reads `KEY=value` lines with the shell's quoting, as os-release(5) allows it; null without an ID. */
export function parseOsRelease(text: string, where: string): Distribution | null {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trimEnd());
    if (match?.[1] !== undefined && match[2] !== undefined) fields.set(match[1], unquote(match[2]));
  }
  const id = fields.get('ID')?.toLowerCase();
  if (id === undefined || !/^[a-z0-9._-]{1,64}$/.test(id)) return null;
  const optional = {
    versionId: fields.get('VERSION_ID'),
    codename: fields.get('VERSION_CODENAME'),
    prettyName: fields.get('PRETTY_NAME'),
  };
  return {
    id,
    idLike: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter((like) => like !== ''),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined && value !== '')),
    where,
  };
}

function unquote(value: string): string {
  const quote = value[0];
  if (quote === "'" && value.endsWith("'") && value.length > 1) return value.slice(1, -1);
  const bare = quote === '"' && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  return bare.replaceAll(/\\(["$`\\'])/g, '$1');
}
