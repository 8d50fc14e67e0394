import { type AttestedProvenance, describeProvenance } from '../attestations/provenance/provenance.js';
import type { Timestamps } from '../attestations/timestamps/timestamps.js';
import type { Evidence } from '../evidence/evidence.js';
import type { CollectedEvidence, EvidenceKind, EvidenceKinds } from '../evidence/kinds.js';
import { describeMissing, EVIDENCE_NAMES, type MissingEvidence } from '../evidence/words.js';
import type { ImageConfiguration } from '../image-content/configuration.js';
import type { FilesystemFacts, ProgramKind } from '../image-content/filesystem/filesystem-facts.js';
import { searchPathOf } from '../image-content/filesystem/search-path.js';
import { andMore, firstLines, plural } from '../lib/text.js';
import type { Distribution, Inventory } from '../packages/inventory.js';
import type { Ownership } from '../packages/ownership.js';
import type { ResolvedImage } from '../registry/resolved-image.js';
import { describeSigner, signedBy } from '../signatures/signer.js';
import type { ImageSignatures } from '../signatures/verified.js';
import type { KnownVulnerabilities } from '../vulnerabilities/vulnerabilities.js';
import type { InspectionFacts } from './inspection-facts.js';
import { licenseCounts } from './license-counts.js';
import { namedValueWithoutSecret, withoutSecrets } from './withheld.js';

type Row = readonly [label: string, text: string];

/** As many of a list as fit a line. */
const SHOWN = 4;
/** Some publishers put whole licenses into labels. */
const MAX_LABEL = 100;

/** What was learnt of an image by one kind of evidence. Texts come from untrusted parties: the caller escapes them. */
export interface EvidenceRow {
  readonly kind: EvidenceKind;
  readonly label: string;
  readonly text: string;
}

/** What was learnt of an image, one row for each subject, the most wanted first. */
export function evidenceRows(evidence: CollectedEvidence, facts: InspectionFacts): readonly EvidenceRow[] {
  const { image } = evidence;
  return [
    ...rows('digest', evidence, 'image', imageRows),
    ...rows('signed', evidence, 'signatures', signatureRows),
    ...rows('provenance', evidence, 'provenance', ({ all }) => all.slice(0, SHOWN).map(provenanceRow)),
    ...rows('sbom', evidence, 'sbom', ({ chosen, all }) => [
      ['sbom', `${all.length} attested, ${signedBy(chosen.signer)}`],
    ]),
    ...rows('apko', evidence, 'apko', (configuration) => [
      [
        'apko',
        `${plural(configuration.packages.length, 'package')} from ${some(configuration.repositories)}, ${signedBy(configuration.signer)}`,
      ],
    ]),
    ...rows('age', evidence, 'timestamps', timestampRows),
    ...rows('layers', evidence, 'filesystem', filesystemRows),
    ...rows('packages', evidence, 'packages', packageRows),
    ...ofKind('packages', supportRows(facts)),
    ...rows('files of packages', evidence, 'ownership', ownershipRows),
    ...rows('vulnerabilities', evidence, 'vulnerabilities', vulnerabilityRows),
    ...(image?.status === 'present' ? ofKind('image', configurationRows(image.value.configuration, facts)) : []),
  ];
}

/** The same for one screen: the reason why several kinds are missing appears once. */
export function inspectionRows(evidence: CollectedEvidence, facts: InspectionFacts): readonly Row[] {
  return reportedOnce(evidenceRows(evidence, facts).map(({ label, text }) => [label, text] as const));
}

function ofKind(kind: EvidenceKind, all: readonly Row[]): readonly EvidenceRow[] {
  return all.map(([label, text]) => ({ kind, label, text }));
}

/** What is inventoried, covered and not covered stand side by side: nothing found where no source was queried is not "none". */
function vulnerabilityRows({
  found,
  inventoried,
  packages,
  unevaluated,
  uncovered,
  community,
}: KnownVulnerabilities): readonly Row[] {
  const [first] = unevaluated;
  const byCommunity = community.length === 0 ? '' : ` (${some(community.map(({ what }) => what))} by community data)`;
  const more = andMore(unevaluated.length - 1);
  return [
    ['vulnerabilities', `${found.length} known`],
    ['coverage', `${inventoried} inventoried, ${packages} covered${byCommunity}, ${uncovered.length} not covered`],
    ...(uncovered.length === 0 ? [] : ([['', `not covered: ${some(uncovered.map(({ what }) => what))}`]] as const)),
    ...(first === undefined
      ? []
      : ([['', `could not be checked: ${first.what}, because ${first.reason}${more}`]] as const)),
  ];
}

const NOT_KNOWN = 'not known: ';

/** Much depends on the image and its layers: the reason why they are unavailable is reported once, then what is unknown because of it. */
function reportedOnce(all: readonly Row[]): readonly Row[] {
  const first = new Map<string, string[]>();
  const kept = all.filter(([label, text]) => {
    if (!text.startsWith(NOT_KNOWN)) return true;
    const labels = first.get(text);
    if (labels === undefined) first.set(text, []);
    else labels.push(label);
    return labels === undefined;
  });
  return kept.flatMap(([label, text]): readonly Row[] => {
    const others = first.get(text) ?? [];
    return others.length === 0
      ? [[label, text]]
      : [
          [label, text],
          ['', `nor, for the same reason: ${others.join(', ')}`],
        ];
  });
}

function provenanceRow(attested: AttestedProvenance): Row {
  const against = attested.conflicts.map((conflict) => `; but ${conflict}`).join('');
  return ['provenance', `${describeProvenance(attested)}${against}`];
}

/** The rows of a value, or one row with the reason why it is missing. */
function rows<K extends EvidenceKind>(
  label: string,
  collected: CollectedEvidence,
  kind: K,
  of: (value: EvidenceKinds[K]) => readonly Row[],
): readonly EvidenceRow[] {
  const evidence: Evidence<EvidenceKinds[K]> | undefined = collected[kind];
  if (evidence === undefined) return [];
  return ofKind(kind, evidence.status === 'present' ? of(evidence.value) : missingRows(label, kind, evidence));
}

function missingRows(label: string, kind: EvidenceKind, evidence: MissingEvidence): readonly Row[] {
  const { message, fix } = describeMissing(evidence, EVIDENCE_NAMES[kind]);
  switch (evidence.status) {
    case 'absent': {
      const places = new Set(evidence.lookedIn.map(({ place }) => place)).size;
      return [[label, `none (${plural(places, 'place')} searched)`]];
    }
    case 'unavailable':
      return [[label, `${NOT_KNOWN}${message} ${fix}`]];
    case 'unsupported':
      return [[label, `not evaluated: ${message}`]];
  }
}

function imageRows({ digest, kind, manifestDigest }: ResolvedImage): readonly Row[] {
  return [['digest', `${digest} (${kind})`], ...(kind === 'index' ? ([['manifest', manifestDigest]] as const) : [])];
}

function signatureRows({ verified, rejected }: ImageSignatures): readonly Row[] {
  if (verified.length === 0)
    return [
      ['signed', `no trusted signature (${plural(rejected.length, 'signature is', 'signatures are')} not accepted)`],
    ];
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
  const found: Row[] = [
    ['size', `${(totalBytes / 1e6).toFixed(1)} MB in ${plural(fileCount, 'file')}, ${plural(layers.length, 'layer')}`],
  ];
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
  found.push(['devices', paths(facts.devices)]);
  found.push([
    'secrets',
    some(
      facts.secrets.map(
        ({ path, line, kind, hidden }) =>
          `/${path}${line === undefined ? '' : `:${line}`} ${kind}${hidden ? ' (hidden by a later layer)' : ''}`,
      ),
    ),
  ]);
  if (unread.length > 0) found.push(['not evaluated', some(unread.map(({ path, reason }) => `/${path}: ${reason}`))]);
  return found;
}

function packageRows({
  distribution,
  packages,
  databases,
  unknowns,
  unreadContents,
  uncataloged,
}: Inventory): readonly Row[] {
  const byType = new Map<string, number>();
  for (const { type } of packages) byType.set(type, (byType.get(type) ?? 0) + 1);
  const uncounted = uncataloged.map(({ type, files }) => `${files} ${type} (not read)`);
  const counts = [...[...byType].map(([type, count]) => `${count} ${type}`), ...uncounted].join(', ');
  const unread = [...unknowns, ...unreadContents];
  return [
    ['distribution', distribution === null ? 'no os-release' : describeRelease(distribution)],
    [
      'packages',
      `${counts || 'none'}; ${databases.length === 0 ? 'no database' : some(databases.map(({ path }) => `/${path}`))}`,
    ],
    ...(packages.length === 0 ? [] : ([['licenses', licenseCounts(packages)]] as const)),
    ...(unread.length === 0
      ? []
      : ([['not read', some(unread.map(({ path, reason }) => `/${path}: ${reason}`))]] as const)),
  ];
}

function describeRelease({ id, versionId, prettyName, where }: Distribution): string {
  const plain = `${id} ${versionId ?? ''}`.trim();
  return `${prettyName === undefined ? plain : `${prettyName} (${plain})`}, by /${where}`;
}

function supportRows({ support, wolfi }: InspectionFacts): readonly Row[] {
  const reported = support.map(({ name, supported, ended }) => {
    if (supported === undefined) return `${name} not known`;
    return `${name} ${ended ? 'ended: ' : ''}${supported}`;
  });
  const evaluated =
    wolfi === undefined
      ? []
      : ([
          [
            'Wolfi',
            wolfi.contradictions.length > 0
              ? `contradicted: ${some(wolfi.contradictions)}`
              : `by ${some(wolfi.agreements)}`,
          ],
        ] as const);
  return [...(reported.length === 0 ? [] : ([['supported', some(reported)]] as const)), ...evaluated];
}

function timestampRows({ chosen, timestamps }: Timestamps): readonly Row[] {
  if (chosen === null) return [['age', 'no timestamp shows it']];
  const others = timestamps.filter((one) => one !== chosen).map(({ name, at }) => `${at.slice(0, 10)} ${name}`);
  const vouched = chosen.verified ? '' : ', not verified';
  return [
    ['age', `${chosen.at.slice(0, 10)} by the ${chosen.name}${vouched}`],
    ...(others.length === 0 ? [] : ([['other timestamps', some(others)]] as const)),
  ];
}

function ownershipRows({ known, unowned, altered, asPackaged }: Ownership): readonly Row[] {
  if (!known) return [['files of packages', 'no package database keeps lists of files']];
  return [
    ['as packaged', plural(asPackaged.size, 'file')],
    ['altered', some(altered.map(({ path }) => `/${path}`))],
    ['no owner', some(unowned.map((path) => `/${path}`))],
  ];
}

function configurationRows(configuration: ImageConfiguration, { user, environment }: InspectionFacts): readonly Row[] {
  const list = (words: readonly string[]) => (words.length === 0 ? 'none' : words.map(withoutSecrets).join(' '));
  const command = (words: readonly string[]) =>
    `${list(words)}${words[1] === '-c' && /(?:^|\/)(?:ba|da|a|z)?sh$/.test(words[0] ?? '') ? ' (shell form)' : ''}`;
  const who = [user?.name, user?.uid === undefined ? undefined : `uid ${user.uid}`];
  const odd = environment.map(({ variable, reason }) => `${variable} ${reason}`);
  const path = searchPathOf(configuration.env);
  const labels = Object.entries(configuration.labels).map(
    ([key, value]) => `${key}=${namedValueWithoutSecret(key, value).slice(0, MAX_LABEL)}`,
  );
  return [
    ['user', who.filter((part) => part !== undefined).join(', ')],
    ['entrypoint', command(configuration.entrypoint)],
    ['command', command(configuration.cmd)],
    ['environment', `${plural(configuration.env.length, 'variable')}${odd.length === 0 ? '' : `; ${some(odd)}`}`],
    ['PATH', path.length === 0 ? 'not set' : path.join(':')],
    ['ports, volumes', `${list(configuration.exposedPorts)}; ${list(configuration.volumes)}`],
    ['labels', some(labels)],
    ['ONBUILD', some(configuration.onBuild.map(withoutSecrets))],
  ];
}

function some(words: readonly string[]): string {
  const unique = [...new Set(words)];
  if (unique.length === 0) return 'none';
  return firstLines(unique, SHOWN).join(', ');
}
