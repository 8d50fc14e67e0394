import type { ImageConfiguration } from '../evidence/configuration.js';
import { environmentHazards, environmentSecrets } from '../evidence/environment-facts.js';
import type { Evidence } from '../evidence/evidence.js';
import type { FilesystemFacts, ProgramKind } from '../evidence/filesystem/filesystem-facts.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import type { Inventory } from '../evidence/packages/inventory.js';
import type { Ownership } from '../evidence/packages/ownership.js';
import { runsAs } from '../evidence/user.js';
import type { ResolvedImage } from '../registry/resolved-image.js';
import { describeSigner } from '../signatures/signer.js';
import type { ImageSignatures } from '../signatures/verified.js';

type Row = readonly [label: string, text: string];

/** As many of a list as fit a line. */
const SHOWN = 4;

/** What was learnt of an image, a line a subject, most asked first. Texts come from strangers: the caller escapes them. */
export function inspectionRows(evidence: CollectedEvidence): readonly Row[] {
  const { image, signatures, clocks, filesystem, packages, ownership, sbom, provenance } = evidence;
  return [
    ...rows('digest', image, imageRows),
    ...rows('signed', signatures, signatureRows),
    ...rows('provenance', provenance, () => [['provenance', 'attested']]),
    ...rows('sbom', sbom, ({ chosen, all }) => [
      ['sbom', `${all.length} attested, ${chosen.signer === undefined ? 'unsigned' : `signed by ${chosen.signer}`}`],
    ]),
    ...rows('age', clocks, ({ chosen }) => [
      ['age', chosen === null ? 'no clock tells' : `${chosen.at.slice(0, 10)} by its ${chosen.name}`],
    ]),
    ...rows('layers', filesystem, filesystemRows),
    ...rows('packages', packages, packageRows),
    ...rows('files of packages', ownership, ownershipRows),
    ...(image?.status === 'present'
      ? configurationRows(image.value.configuration, filesystem?.status === 'present' ? filesystem.value : undefined)
      : []),
  ];
}

/** The rows of a value, or one that says why there is none. */
function rows<T>(label: string, evidence: Evidence<T> | undefined, of: (value: T) => readonly Row[]): readonly Row[] {
  switch (evidence?.status) {
    case undefined:
      return [];
    case 'present':
      return of(evidence.value);
    case 'absent':
      return [[label, `none (${evidence.lookedIn.length} places looked in)`]];
    case 'unavailable':
      return [[label, `not known: ${evidence.message}`]];
    case 'unsupported':
      return [[label, `not judged: ${evidence.message}`]];
  }
}

function imageRows({ digest, kind, manifestDigest }: ResolvedImage): readonly Row[] {
  return [['digest', `${digest} (${kind})`], ...(kind === 'index' ? ([['manifest', manifestDigest]] as const) : [])];
}

function signatureRows({ verified, rejected }: ImageSignatures): readonly Row[] {
  if (verified.length === 0) return [['signed', `by nobody who counts (${rejected.length} signatures do not)`]];
  return [['signed', [...new Set(verified.map(({ signer }) => describeSigner(signer)))].join('; ')]];
}

const PROGRAMS: readonly (readonly [ProgramKind, string])[] = [
  ['shell', 'shells'],
  ['package-manager', 'package managers'],
  ['language-package-manager', 'installers'],
  ['download-tool', 'download tools'],
  ['compiler', 'compilers'],
  ['interpreter', 'interpreters'],
];

function filesystemRows(facts: FilesystemFacts): readonly Row[] {
  const { layers, fileCount, totalBytes, programs, unread } = facts;
  const paths = (entries: readonly { readonly path: string }[]) => some(entries.map(({ path }) => `/${path}`));
  const found: Row[] = [['size', `${(totalBytes / 1e6).toFixed(1)} MB in ${fileCount} files, ${layers.length} layers`]];
  for (const [kind, label] of PROGRAMS) {
    const own = programs.filter((program) => program.kind === kind);
    found.push([
      label,
      some(own.map(({ path, name, knownBy }) => `/${path}${knownBy === 'content' ? ` (${name})` : ''}`)),
    ]);
  }
  found.push(['set-uid, set-gid', paths([...facts.setUid, ...facts.setGid])]);
  found.push([
    'capabilities',
    some(facts.withCapabilities.map(({ path, capabilities = [] }) => `/${path} (${capabilities.join(', ')})`)),
  ]);
  found.push(['world-writable', paths(facts.worldWritable)]);
  found.push([
    'secrets',
    some(
      facts.secrets.map(
        ({ path, line, kind, hidden }) => `/${path}:${line} ${kind}${hidden ? ' (hidden by a later layer)' : ''}`,
      ),
    ),
  ]);
  if (unread.length > 0) found.push(['not judged', some(unread.map(({ path, reason }) => `/${path}: ${reason}`))]);
  return found;
}

function packageRows({ distribution, packages, databases, unknowns }: Inventory): readonly Row[] {
  const byType = new Map<string, number>();
  for (const { type } of packages) byType.set(type, (byType.get(type) ?? 0) + 1);
  const counts = [...byType].map(([type, count]) => `${count} ${type}`).join(', ');
  const release =
    distribution === null
      ? 'none'
      : (distribution.prettyName ?? `${distribution.id} ${distribution.versionId ?? ''}`.trim());
  return [
    ['distribution', release],
    [
      'packages',
      `${counts || 'none'}; ${databases.length === 0 ? 'no database' : some(databases.map(({ path }) => `/${path}`))}`,
    ],
    ...(unknowns.length === 0
      ? []
      : ([['not read', some(unknowns.map(({ path, reason }) => `/${path}: ${reason}`))]] as const)),
  ];
}

function ownershipRows({ known, unowned, altered, asPackaged }: Ownership): readonly Row[] {
  if (!known) return [];
  return [
    ['as packaged', `${asPackaged.size} files`],
    ['altered', some(altered.map(({ path }) => `/${path}`))],
    ['no owner', some(unowned.map((path) => `/${path}`))],
  ];
}

function configurationRows(configuration: ImageConfiguration, facts: FilesystemFacts | undefined): readonly Row[] {
  const { uid, name } = runsAs(configuration.user, facts?.tree);
  const isWritable = (folder: string) => ((facts?.tree.resolve(folder)?.mode ?? 0) & 0o002) !== 0;
  const odd = [...environmentSecrets(configuration.env), ...environmentHazards(configuration.env, isWritable)];
  const list = (words: readonly string[]) => (words.length === 0 ? 'none' : words.join(' '));
  return [
    ['user', [name, uid === undefined ? undefined : `uid ${uid}`].filter((part) => part !== undefined).join(', ')],
    ['entrypoint', list(configuration.entrypoint)],
    ['command', list(configuration.cmd)],
    [
      'environment',
      `${configuration.env.length} variables${odd.length === 0 ? '' : `; ${some(odd.map(({ variable, reason }) => `${variable} ${reason}`))}`}`,
    ],
    ['ports, volumes', `${list(configuration.exposedPorts)}; ${list(configuration.volumes)}`],
    ...(configuration.onBuild.length === 0 ? [] : ([['ONBUILD', some(configuration.onBuild)]] as const)),
  ];
}

function some(words: readonly string[]): string {
  const unique = [...new Set(words)];
  if (unique.length === 0) return 'none';
  return unique.length <= SHOWN
    ? unique.join(', ')
    : `${unique.slice(0, SHOWN).join(', ')} and ${unique.length - SHOWN} more`;
}
