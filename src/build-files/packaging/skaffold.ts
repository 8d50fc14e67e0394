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
  const found = documents.flatMap((document, index) => {
    const artifactsOf = (section: unknown, path: YamlPath) =>
      items(field(field(section, 'build'), 'artifacts')).map((artifact, place) =>
        buildOf(artifact, directory, lineOf([...path, 'build', 'artifacts', place], index)),
      );
    const profiles = items(field(document, 'profiles'));
    return [...artifactsOf(document, []), ...profiles.flatMap((one, place) => artifactsOf(one, ['profiles', place]))];
  });
  return allRequested(found);
}

function buildOf(artifact: unknown, directory: string, line: number): RequestedBuilds {
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
  const platforms = items(field(artifact, 'platforms')).filter((one) => typeof one === 'string');
  const build: NamedBuild = {
    file,
    ...(typeof target === 'string' && !isOpenTarget ? { target } : {}),
    ...(platforms.length === 0 ? {} : { platforms }),
    buildArgs: Object.fromEntries(
      args.flatMap(([name, value]) => (typeof value === 'string' && !isOpen(value) ? [[name, value]] : [])),
    ),
    buildContexts: {},
    ...openParts({
      args: args.filter(([, value]) => isOpen(value)).map(([name]) => name),
      target: isOpenTarget,
      contexts: [],
    }),
    asked: { line, context: dir === '' || dir === null ? '.' : dir },
  };
  return { named: [build], unseen: [] };
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
