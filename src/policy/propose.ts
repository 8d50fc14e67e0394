import { type ImageUse, isRun } from '../build-files/image-use.js';
import type { Reading } from '../build-files/reading.js';
import { publisherOf } from '../catalog/catalog.js';
import type { Catalog, Publisher } from '../catalog/publisher.js';
import { groupBy } from '../lib/collections.js';
import { listed } from '../lib/text.js';
import { matches, parsePattern } from '../references/pattern.js';
import { type Reference, repositoryName } from '../references/reference.js';
import { canonicalHost } from '../references/registry-host.js';
import { inComment, plainOrQuoted } from './proposal-text.js';
import { contextLines, ownImages } from './propose-contexts.js';
import { excludeLines, unbuiltFiles, unknownLines, unreadFragments } from './propose-files.js';

/** Frontends that allowed-frontend allows by itself. */
const DEFAULT_FRONTEND = 'docker.io/docker/dockerfile';
/** Files named in a comment before "and N more". */
const FILES_NAMED = 3;

/** A repository that the build files name, and where. */
interface UsedRepository {
  readonly name: string;
  readonly reference: Reference;
  readonly files: readonly string[];
  /** The repositories that a pattern stands for. */
  readonly members?: readonly string[];
}

/**
 * The text of a policy that allows what a repository builds on today, with comments for its reviewer: publishers
 * of the catalog whose signatures can be verified by name, everything else one by one, without a signature and with a
 * reason to replace. Abandoned images are denied and not allowed. `schemaUrl` is where editors find the JSON Schema.
 */
export function proposePolicy(
  reading: Pick<Reading, 'uses' | 'files' | 'builds'>,
  catalog: Catalog,
  options: { readonly schemaUrl?: string } = {},
): string {
  const abandoned = catalog.abandoned.map(({ image }) => image);
  const own = ownImages(reading);
  const uses = reading.uses.filter((use) => !isRun(use) && !own.some(({ names }) => names.has(use.id)));
  const repositories = usedRepositories(uses);
  const denied = repositories.filter(({ reference }) => abandoned.some((image) => isMatch(image, reference)));
  const allowed = repositories.filter((repository) => !denied.includes(repository));
  const unresolved = uses.filter((use) => use.reference === null);
  const unbuilt = unbuiltFiles(unresolved, reading.builds ?? []);
  const left = new Set([...unbuilt, ...unreadFragments(reading.files)].map(({ path }) => path));
  const unknown = unresolved.filter(({ file }) => !left.has(file));
  const lines = [
    ...(options.schemaUrl === undefined ? [] : [`# yaml-language-server: $schema=${options.schemaUrl}`]),
    '# Which container images this repository may build on: what it builds on today, proposed by `policy init`.',
    '# Read every entry before you commit it. The policy is read from the base branch, never from the pull request itself.',
    'version: 1',
    '',
    '# The presets of all rules: observe (nothing fails), baseline, hardened, strict.',
    'profile: baseline',
    '',
    ...allowLines(allowed, catalog),
    ...denyLines(catalog, denied),
    ...contextLines(own),
    ...excludeLines(reading.files, unbuilt),
    ...unknownLines(unknown),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function usedRepositories(uses: readonly ImageUse[]): readonly UsedRepository[] {
  const found = new Map<string, { reference: Reference; files: Set<string> }>();
  // An allow entry would let images be built on that are only run today.
  for (const { reference, role, file } of uses) {
    if (reference === null) continue;
    const canonical = { ...reference, registry: canonicalHost(reference.registry) };
    const name = repositoryName(canonical);
    if (role === 'frontend' && name === DEFAULT_FRONTEND) continue;
    const known = found.get(name) ?? { reference: canonical, files: new Set() };
    known.files.add(file);
    found.set(name, known);
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { reference, files }]) => ({ name, reference, files: [...files].sort() }));
}

function isMatch(image: string, reference: Reference): boolean {
  const pattern = parsePattern(image);
  return pattern.ok && matches(pattern.value, reference);
}

function allowLines(repositories: readonly UsedRepository[], catalog: Catalog): readonly string[] {
  if (repositories.length === 0) {
    return [
      '# No build file names an image yet. Every publisher of the catalog that is hardened and verifiable:',
      'allow:',
      '  - catalog: verified',
      '',
    ];
  }
  const byPublisher = new Map<Publisher, UsedRepository[]>();
  const others: { repository: UsedRepository; publisher: Publisher | null }[] = [];
  for (const repository of repositories) {
    const publisher = publisherOf(catalog, repository.reference);
    if (publisher?.verifiable) byPublisher.set(publisher, [...(byPublisher.get(publisher) ?? []), repository]);
    else others.push({ repository, publisher });
  }
  const firstUnsigned = grouped(others).find(({ publisher }) => attestsUnsigned(publisher))?.repository;
  return [
    'allow:',
    ...[...byPublisher].flatMap(([publisher, used]) => [
      `  # ${publisher.name}; signed by the authorities in the catalog. Used today:`,
      ...used.map(({ name, files }) => `  #   ${name} (${whereUsed(files)})`),
      `  - catalog: ${publisher.id}`,
      ...unpublishedLines(publisher, used),
      '',
    ]),
    ...grouped(others).flatMap(({ repository, publisher }) => [
      `  # Used in ${whereUsed(repository.files)}.`,
      ...(repository.members ?? []).map((name) => `  #   ${name}`),
      `  - image: ${plainOrQuoted(repository.name)}`,
      '    signed: false',
      `    reason: ${JSON.stringify(`proposed by policy init, to be reviewed: ${whyUnsigned(publisher)}`)}`,
      ...(repository === firstUnsigned
        ? ['    # Its SBOM and provenance are not signed. To accept them unsigned:']
        : []),
      ...(attestsUnsigned(publisher) ? ['    # attestations: { unsigned: allow }'] : []),
      '',
    ]),
  ];
}

interface OtherRepository {
  readonly repository: UsedRepository;
  readonly publisher: Publisher | null;
}

/** As many repositories of one host and path are one pattern. */
const PATTERN_FROM = 3;

/**
 * Repositories of one host and path, of which nothing else is known, as one pattern. Docker's official images and what
 * stands at the top of a host stay apart: a pattern would let in images that have nothing to do with each other.
 */
function grouped(others: readonly OtherRepository[]): readonly OtherRepository[] {
  const parentOf = ({ repository: { name }, publisher }: OtherRepository) => {
    const parent = name.slice(0, name.lastIndexOf('/'));
    return publisher === null && parent.includes('/') ? parent : name;
  };
  return [...groupBy(others, parentOf)].flatMap(([parent, [first, ...more]]) => {
    const members = [first, ...more].map(({ repository }) => repository);
    if (members.length < PATTERN_FROM) return [first, ...more];
    const files = [...new Set(members.flatMap((member) => member.files))].sort();
    const repository = { ...first.repository, name: `${parent}/*`, files, members: members.map(({ name }) => name) };
    return [{ repository, publisher: null }];
  });
}

const ATTESTED = { sbom: 'sbom-attested', provenance: 'provenance-attested' } as const;

/** What a stricter profile would ask of a publisher's images in vain, with the lines that accept it for a time. */
function unpublishedLines({ name, publishes }: Publisher, used: readonly UsedRepository[]): readonly string[] {
  return (['sbom', 'provenance'] as const).flatMap((what) => {
    const published = publishes?.[what];
    if (published?.as !== 'none') return [];
    const rule = ATTESTED[what];
    return [
      `  # ${name} publishes no ${what === 'sbom' ? 'SBOM' : what} (read ${published.read}:`,
      `  # ${published.source}).`,
      `  # Before you choose the profile hardened or strict, add a waiver, or ${rule} fails for`,
      '  # its images. At the end of this file:',
      '  #   waivers:',
      ...used.flatMap((repository) => [
        `  #     - rule: ${rule}`,
        `  #       image: ${plainOrQuoted(repository.name)}`,
        `  #       reason: the publisher publishes none`,
        '  #       owner: "@YOUR-TEAM"',
        '  #       expires: YYYY-MM-DD',
      ]),
    ];
  });
}

/** Unsigned attestations count only where the entry allows it. */
function attestsUnsigned(publisher: Publisher | null): boolean {
  const { sbom, provenance } = publisher?.publishes ?? {};
  return sbom?.as === 'unsigned' || provenance?.as === 'unsigned';
}

function whyUnsigned(publisher: Publisher | null): string {
  return publisher?.notVerifiable ?? 'its signers are unknown; add authorities if it is signed';
}

function denyLines(catalog: Catalog, denied: readonly UsedRepository[]): readonly string[] {
  return [
    'deny:',
    ...catalog.abandoned.flatMap(({ image, reason }) => [
      ...denied
        .filter(({ reference }) => isMatch(image, reference))
        .map(({ name, files }) => `  # Used today: ${name} (${whereUsed(files)}).`),
      `  - image: ${JSON.stringify(image)}`,
      `    reason: ${JSON.stringify(reason)}`,
    ]),
    '',
  ];
}

function whereUsed(files: readonly string[]): string {
  return listed(files.map(inComment), FILES_NAMED);
}
