import { familiarReference, parseReference } from '../../references/reference.js';
import { buildsInScript } from '../script/build-command.js';
import {
  allRequested,
  joinInside,
  type NamedBuild,
  NO_BUILDS,
  notRead,
  onLine,
  openParts,
  type RequestedBuilds,
} from '../script/named-build.js';
import { entriesOf, field, items, parseYaml, type YamlPath } from '../workflow/yaml-fields.js';
import { basedOn } from './base-image.js';

/**
 * The builds of a skaffold configuration in `directory`, of all its profiles.
 * @see https://skaffold.dev/docs/references/yaml/
 */
export async function buildsInSkaffold(bytes: Uint8Array, directory: string): Promise<RequestedBuilds> {
  const { documents, fault, lineOf } = await parseYaml(bytes);
  if (fault !== undefined) return notRead(fault);
  const artifacts = documents.flatMap((document, index) => {
    const artifactsOf = (section: unknown, path: YamlPath) =>
      items(field(field(section, 'build'), 'artifacts')).map((artifact, place) => ({
        artifact,
        line: lineOf([...path, 'build', 'artifacts', place], index),
      }));
    const profiles = items(field(document, 'profiles'));
    return [...artifactsOf(document, []), ...profiles.flatMap((one, place) => artifactsOf(one, ['profiles', place]))];
  });
  const built = new Set(artifacts.map(({ artifact }) => field(artifact, 'image')));
  // Configurations of this repository are read by themselves; skaffold refuses an artifact that none has.
  const isRemote = documents
    .flatMap((document) => items(field(document, 'requires')))
    .some((one) => entriesOf(one).some(([key]) => key !== 'path' && key !== 'configs' && key !== 'activeProfiles'));
  return allRequested(artifacts.map(({ artifact, line }) => buildOf(artifact, { directory, line, built, isRemote })));
}

interface Surroundings {
  readonly directory: string;
  readonly line: number;
  /** The images of all artifacts of the file. */
  readonly built: ReadonlySet<unknown>;
  /** Whether other artifacts may come from another repository. */
  readonly isRemote: boolean;
}

/**
 * What an artifact gets from those that it requires: an argument with the name of an image that is built here, or in
 * another repository, so that only a run knows it.
 *
 * @see https://skaffold.dev/docs/builders/#artifact-dependency
 */
function requirements(
  artifact: unknown,
  { built, isRemote }: Pick<Surroundings, 'built' | 'isRemote'>,
): { readonly here: readonly (readonly [string, string])[]; readonly open: readonly (readonly [string, string])[] } {
  const all = items(field(artifact, 'requires')).flatMap((one) => {
    const image = field(one, 'image');
    const alias = field(one, 'alias') ?? image;
    return typeof image === 'string' && typeof alias === 'string' ? [[alias, image] as const] : [];
  });
  const isHere = (image: string) => (built.has(image) || !isRemote) && parseReference(image).ok;
  return {
    here: all.filter(([, image]) => isHere(image)),
    open: all.filter(([, image]) => !isHere(image)),
  };
}

function buildOf(artifact: unknown, surroundings: Surroundings): RequestedBuilds {
  const { directory, line } = surroundings;
  const image = String(field(artifact, 'image') ?? 'an image');
  for (const [builder, fields] of OTHER_BUILDERS) {
    const given = field(artifact, builder);
    if (given === undefined) continue;
    const [base] = fields;
    if (base === 'fromImage')
      return basedOn({ base: field(given, base), what: `builds ${image} with ${builder}`, line, name: image });
    const images = fields.map((name) => field(given, name)).filter((value) => typeof value === 'string');
    const on = images.length === 0 ? '' : ` on ${images.join(', ')}`;
    return { named: [], unseen: [{ what: `builds ${image} with ${builder}${on}, which is not read`, line }] };
  }
  const context = field(artifact, 'context') ?? '.';
  const custom = field(field(artifact, 'custom'), 'buildCommand');
  const dir = typeof context === 'string' ? inside(directory, context) : null;
  if (typeof custom === 'string') return onLine(buildsInScript(custom, { directory: dir, line }), line);
  const how = field(artifact, 'docker') ?? field(artifact, 'kaniko');
  const dockerfile = field(how, 'dockerfile') ?? 'Dockerfile';
  const file = typeof dockerfile === 'string' && !dockerfile.includes('{{') ? joinInside(dir, dockerfile) : undefined;
  if (file === undefined)
    return { ...NO_BUILDS, unseen: [{ what: `builds ${image} from a file outside the repository`, line }] };
  const args = entriesOf(field(how, 'buildArgs'));
  const isOpen = (value: unknown) => typeof value !== 'string' || value.includes('{{') || value.includes('$');
  const target = field(how, 'target');
  const isOpenTarget = target !== undefined && isOpen(target);
  const required = requirements(artifact, surroundings);
  const platforms = items(field(artifact, 'platforms')).filter((one) => typeof one === 'string');
  const build: NamedBuild = {
    file,
    ...(typeof target === 'string' && !isOpenTarget ? { target } : {}),
    ...(platforms.length === 0 ? {} : { platforms }),
    buildArgs: Object.fromEntries([
      ...args.flatMap(([name, value]) => (typeof value === 'string' && !isOpen(value) ? [[name, value] as const] : [])),
      ...required.here,
    ]),
    // An image that is built here is pulled from nowhere.
    buildContexts: Object.fromEntries(required.here.map(([, image]) => [contextName(image), image])),
    ...openParts({
      args: [...args.filter(([, value]) => isOpen(value)), ...required.open].map(([name]) => name),
      decidedBy: Object.fromEntries(required.open.map(([name, image]) => [name, `the artifact ${image}`])),
      target: isOpenTarget,
      contexts: [],
    }),
    request: { line, context: dir === '' || dir === null ? '.' : dir },
  };
  return { named: [build], unseen: [] };
}

/** A reference as contexts are looked up by. */
function contextName(image: string): string {
  const reference = parseReference(image);
  return reference.ok ? familiarReference(reference.value).replace(/:latest$/, '') : image;
}

/** Builders without a Dockerfile, and where they name the images that they build on. */
const OTHER_BUILDERS: readonly (readonly [string, readonly string[]])[] = [
  ['ko', ['fromImage']],
  ['jib', ['fromImage']],
  ['buildpacks', ['builder', 'runImage']],
  ['bazel', []],
];

function inside(directory: string, dir: string): string | null {
  return joinInside(directory, dir, 'x')?.replace(/\/?x$/, '') ?? null;
}
