import { hostsOf } from '../catalog/catalog.js';
import type { Catalog } from '../catalog/publisher.js';
import { plural } from '../lib/text.js';
import { type ImagePattern, literalPrefixLength, parsePattern, patternsOverlap } from '../references/pattern.js';
import { type Layer, problemIn } from './layer.js';
import type { AllowEntry, Policy } from './policy.js';
import type { PolicyProblem } from './problem.js';

/** Pairs compared at most; a policy in which more entries tie has been reported so often enough. */
const MAX_COMPARISONS = 1000;
/** Whether two patterns overlap costs their product: one made to be costly is not compared. */
const MAX_STARS = 12;

/** A waiver that ends so soon is warned of, so that it is renewed or its cause fixed before it blocks. */
const SOON_DAYS = 14;
const DAY = 24 * 60 * 60 * 1000;
/** Registries of many owners, which the catalog has no entry of, or only for some of them. */
const PUBLIC_REGISTRIES = [
  'docker.io',
  'ghcr.io',
  'quay.io',
  'registry.gitlab.com',
  'nvcr.io',
  'lscr.io',
  'public.ecr.aws',
];

/** What a valid policy says that its author can hardly mean, and what ends soon. */
export function policyWarnings(
  policy: Policy,
  layers: readonly Layer[],
  { catalog, now }: { readonly catalog: Catalog; readonly now?: Date },
): readonly PolicyProblem[] {
  const hosts = [...new Set([...hostsOf(catalog), ...PUBLIC_REGISTRIES])];
  const mirrors = Object.entries(policy.registries).flatMap(([path, { mirrorOf }]) =>
    mirrorOf === undefined ? [] : [{ path, mirrorOf }],
  );
  const perLayer = layers.flatMap((layer) => [
    ...broadPatterns(layer),
    ...mirroredPatterns(layer, mirrors),
    ...broadWaivers(layer),
    ...misspelledHosts(layer, hosts),
    ...(now === undefined ? [] : endingWaivers(layer, now)),
  ]);
  return [...perLayer, ...ties(policy, layers)];
}

/** Every pattern over images that a layer holds, with its place. */
function imagePatterns(layer: Layer): readonly { readonly path: readonly PropertyKey[]; readonly image: string }[] {
  const { allow = [], deny = [], waivers = [] } = layer.file;
  return [
    ...allow.map((line, index) => ({ path: ['allow', index, 'image'], image: 'image' in line ? line.image : '' })),
    ...deny.map((line, index) => ({ path: ['deny', index, 'image'], image: line.image })),
    ...waivers.map((line, index) => ({ path: ['waivers', index, 'image'], image: line.image ?? '' })),
  ].filter(({ image }) => image !== '');
}

function broadPatterns(layer: Layer): readonly PolicyProblem[] {
  return imagePatterns(layer).flatMap(({ path, image }) => {
    const pattern = parsePattern(image);
    if (!pattern.ok || pattern.value.broad === undefined) return [];
    const message = `"${image}" probably does not match what was intended: ${pattern.value.broad}.`;
    const fix = 'Name the registry and the owner of the images.';
    return [problemIn(layer, path, { code: 'broad-pattern', severity: 'warning', message, fix })];
  });
}

/** Images of a mirror are seen under the name they mirror, so that a pattern with the mirror's own matches none. */
function mirroredPatterns(
  layer: Layer,
  mirrors: readonly { readonly path: string; readonly mirrorOf: string }[],
): readonly PolicyProblem[] {
  return imagePatterns(layer).flatMap(({ path, image }) => {
    // Denied is what has either name.
    if (path[0] === 'deny') return [];
    const pattern = parsePattern(image);
    const mirror = mirrors.find((one) => pattern.ok && pattern.value.text.startsWith(`${one.path}/`));
    if (mirror === undefined) return [];
    const message = `"${image}" matches nothing: ${mirror.path} is a mirror, and its images are evaluated under the names they have at ${mirror.mirrorOf}.`;
    const fix = `Write the pattern for ${mirror.mirrorOf}.`;
    return [problemIn(layer, path, { code: 'no-effect', severity: 'warning', message, fix })];
  });
}

function broadWaivers(layer: Layer): readonly PolicyProblem[] {
  return (layer.file.waivers ?? []).flatMap((line, index) => {
    const unlimited = line.image === undefined && line.file === undefined && line.vulnerability === undefined;
    if (!unlimited) return [];
    const message = `This waiver accepts ${line.rule} for every image in every file.`;
    const fix = 'Name an image, a file or a vulnerability.';
    return [problemIn(layer, ['waivers', index], { code: 'broad-waiver', severity: 'warning', message, fix })];
  });
}

/** A host that nearly matches one of the catalog's: a misspelled denylist pattern would silently match nothing. */
function misspelledHosts(layer: Layer, hosts: readonly string[]): readonly PolicyProblem[] {
  const registries = Object.keys(layer.file.registries ?? {}).map((image) => ({ path: ['registries', image], image }));
  return [...imagePatterns(layer), ...registries].flatMap(({ path, image }) => {
    const [host = ''] = image.split('/');
    if (!host.includes('.') || host.includes('*') || hosts.includes(host)) return [];
    const meant = hosts.find((known) => isMisspelled(host, known));
    if (meant === undefined) return [];
    const message = `"${host}" is not a known registry; it resembles ${meant}.`;
    return [
      problemIn(layer, path, {
        code: 'misspelled-host',
        severity: 'warning',
        message,
        fix: `Write ${meant} if that is meant.`,
      }),
    ];
  });
}

/** One letter added, removed or changed, or two swapped: unrelated hosts differ by more. */
function isMisspelled(host: string, known: string): boolean {
  if (Math.abs(host.length - known.length) > 1) return false;
  let start = 0;
  while (start < host.length && host[start] === known[start]) start++;
  const [rest, other] = [host.slice(start), known.slice(start)];
  const swapped = rest[0] === other[1] && rest[1] === other[0] && rest.slice(2) === other.slice(2);
  return rest.slice(1) === other.slice(1) || rest === other.slice(1) || rest.slice(1) === other || swapped;
}

function endingWaivers(layer: Layer, now: Date): readonly PolicyProblem[] {
  return (layer.file.waivers ?? []).flatMap(({ rule, expires, owner }, index) => {
    const days = Math.floor((Date.parse(`${expires}T00:00:00Z`) + DAY - now.getTime()) / DAY);
    if (!(days >= 0 && days < SOON_DAYS)) return [];
    const when = days === 0 ? 'today' : `in ${plural(days, 'day')}`;
    const message = `The waiver of ${rule} ends ${when}, on ${expires}.`;
    const fix = `Fix the finding, or ask ${owner} to renew the waiver.`;
    return [problemIn(layer, ['waivers', index, 'expires'], { code: 'ends-soon', severity: 'warning', message, fix })];
  });
}

/** Entries of equal rank of which both match some image: there, their order in the file decides. */
function ties(policy: Policy, layers: readonly Layer[]): readonly PolicyProblem[] {
  const byPrefix = new Map<string, { entry: AllowEntry; pattern: ImagePattern }[]>();
  const problems: PolicyProblem[] = [];
  let comparisons = 0;
  for (const entry of policy.allow) {
    const parsed = parsePattern(entry.pattern);
    if (!parsed.ok || parsed.value.text.split('*').length > MAX_STARS) continue;
    const pattern = parsed.value;
    const prefix = pattern.text.slice(0, literalPrefixLength(pattern));
    const equals = byPrefix.get(prefix) ?? [];
    byPrefix.set(prefix, equals);
    const first = equals.find((other) => ++comparisons <= MAX_COMPARISONS && patternsOverlap(other.pattern, pattern));
    equals.push({ entry, pattern });
    const layer = layers.find(({ name }) => name === entry.at?.file);
    if (first === undefined || layer === undefined) continue;
    const message = `\`${entry.pattern}\` and \`${first.entry.pattern}\` of ${first.entry.name} are equally specific and match the same images, so ${first.entry.name} decides because it comes first.`;
    const fix = 'Make one of them more specific, or remove one.';
    problems.push(problemIn(layer, indexPath(entry), { code: 'equal-rank', severity: 'warning', message, fix }));
  }
  return problems;
}

function indexPath(entry: AllowEntry): readonly PropertyKey[] {
  const index = /^allow\[(\d+)\]$/.exec(entry.name)?.[1];
  return index === undefined ? ['allow'] : ['allow', Number(index)];
}
