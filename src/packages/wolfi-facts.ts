import type { ApkoConfiguration } from '../attestations/provenance/apko.js';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { keptText, whyUnread } from '../image-content/filesystem/kept-text.js';
import { plural } from '../lib/text.js';
import type { Inventory } from './inventory.js';

/** The evidence for and against an image being made of Wolfi packages, each a clause. */
export interface WolfiEvaluation {
  readonly contradictions: readonly string[];
  readonly agreements: readonly string[];
}

const IDS: ReadonlySet<string> = new Set(['wolfi', 'chainguard']);
/** Wolfi's and Chainguard's package hosts. @see https://edu.chainguard.dev/open-source/wolfi/wolfi-faq/ */
const HOST = /^https:\/\/(?:packages\.wolfi\.dev|packages\.cgr\.dev|apk\.cgr\.dev|virtualapk\.cgr\.dev)(?:\/|$)/;
const KEY = /^(?:wolfi-signing|chainguard[a-z0-9-]*)(?:\.[a-z0-9-]+)?\.rsa\.pub$/;
/** @see https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/doc/apk-repositories.5.scd */
const LIST_DIRECTORYS = ['etc/apk/repositories.d', 'lib/apk/repositories.d'] as const;
const KEY_DIRECTORYS = ['etc/apk/keys', 'lib/apk/keys'] as const;

/** Compares os-release, package database, apk's repositories and keys, and the signed apko configuration with one another. */
export function evaluateWolfi(
  tree: FileTree,
  inventory: Inventory,
  apko: ApkoConfiguration | undefined,
): WolfiEvaluation {
  const contradictions: string[] = [];
  const agreements: string[] = [];
  const { distribution, packages } = inventory;
  if (distribution === null) contradictions.push('it has no os-release');
  else if (IDS.has(distribution.id)) agreements.push('os-release');
  else contradictions.push(`its os-release says ${distribution.prettyName ?? distribution.id}`);

  const installed = packages.filter(({ type }) => type === 'apk');
  const foreign = packages.find(({ type }) => type === 'deb' || type === 'rpm');
  if (installed.length === 0) contradictions.push('it has no apk database with packages');
  else agreements.push(plural(installed.length, 'apk package'));
  if (foreign !== undefined) contradictions.push(`it has the ${foreign.type} package ${foreign.name}`);

  const lists = repositoryLists(tree);
  const repositories = lists.flatMap((list) => lines(keptText(tree, list)).map((line) => ({ list, line })));
  // `@tag https://…` names a pinned repository.
  const strange = repositories.find(({ line }) => !HOST.test(line.replace(/^@\S+\s+/, '')));
  const unread = lists.find((list) => whyUnread(tree, list) !== undefined);
  if (strange !== undefined) contradictions.push(`/${strange.list} has ${strange.line.slice(0, 200)}`);
  else if (unread !== undefined) contradictions.push(`/${unread} could not be read: ${whyUnread(tree, unread)}`);
  else if (repositories.length > 0) agreements.push('apk repositories');

  const keys = KEY_DIRECTORYS.flatMap((directory) =>
    [...tree.list(directory)].map(({ path }) => ({ directory, key: nameOf(path) })),
  );
  const strangeKey = keys.find(({ key }) => !KEY.test(key));
  if (strangeKey !== undefined) contradictions.push(`/${strangeKey.directory} has ${strangeKey.key.slice(0, 200)}`);
  else if (keys.length > 0) agreements.push('apk keys');

  if (apko?.signer !== undefined) {
    const problem = compareConfiguration(apko, new Map(installed.map(({ name, version }) => [name, version])));
    if (problem !== null) contradictions.push(problem);
    else agreements.push('its signed apko configuration');
  }
  return { contradictions, agreements };
}

/** Every file that apk takes repositories from. */
function repositoryLists(tree: FileTree): readonly string[] {
  const more = LIST_DIRECTORYS.flatMap((directory) =>
    [...tree.list(directory)].map(({ path }) => `${directory}/${nameOf(path)}`),
  );
  return ['etc/apk/repositories', ...more.filter((path) => path.endsWith('.list'))];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The configuration's repositories and keys are Wolfi's, and each version it pins is the one installed. */
function compareConfiguration(apko: ApkoConfiguration, installed: ReadonlyMap<string, string>): string | null {
  const strange = apko.repositories.find((line) => !HOST.test(line.replace(/^@\S+\s+/, '')));
  if (strange !== undefined) return `its signed apko configuration installs packages from ${strange.slice(0, 200)}`;
  const strangeKey = apko.keys.find((key) => !KEY.test(key.slice(key.lastIndexOf('/') + 1)));
  if (strangeKey !== undefined) return `its signed apko configuration trusts the key ${strangeKey.slice(0, 200)}`;
  for (const { name, version } of apko.packages) {
    if (version === undefined) continue;
    const actual = installed.get(name);
    if (actual === version) continue;
    const instead = actual === undefined ? 'it is not installed' : `${actual} is installed`;
    return `its signed apko configuration says ${name} ${version}, but ${instead}`.slice(0, 400);
  }
  return null;
}

function lines(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
