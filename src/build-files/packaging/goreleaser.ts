import { buildsInScript } from '../script/build-command.js';
import { allRequested, notRead, type RequestedBuilds } from '../script/named-build.js';
import { entriesOf, field, items, parseYaml } from '../workflow/yaml-fields.js';
import { basedOn } from './base-image.js';

/**
 * The builds of a goreleaser configuration, which is run from the top: `dockers`, `dockers_v2`, and what `kos` builds on.
 * @see https://goreleaser.com/customization/docker/
 */
export async function buildsInGoreleaser(bytes: Uint8Array): Promise<RequestedBuilds> {
  const { documents, fault, lineOf } = await parseYaml(bytes);
  if (fault !== undefined) return notRead(fault);
  const [file] = documents;
  const dockers = items(field(file, 'dockers')).map((one, index) => {
    const flags = [...items(field(one, 'build_flag_templates')), ...items(field(one, 'build_flags'))];
    const [os, architecture] = [field(one, 'goos') ?? 'linux', field(one, 'goarch') ?? 'amd64'];
    const program = String(field(one, 'use') ?? '') === 'podman' ? 'podman' : 'docker';
    const words = [`--platform=${String(os)}/${String(architecture)}`, ...flags];
    return build(program, one, words, lineOf(['dockers', index]));
  });
  const second = items(field(file, 'dockers_v2')).map((one, index) => {
    const platforms = items(field(one, 'platforms')).filter((platform) => typeof platform === 'string');
    const args = entriesOf(field(one, 'build_args')).map(([name, value]) => `--build-arg=${name}=${String(value)}`);
    const flags = platforms.length === 0 ? ['linux/amd64', 'linux/arm64'] : platforms;
    const words = [`--platform=${flags.join(',')}`, ...args, ...items(field(one, 'flags'))];
    return build('docker', one, words, lineOf(['dockers_v2', index]));
  });
  const kos = items(field(file, 'kos')).map((one, index) =>
    basedOn({ base: field(one, 'base_image'), what: 'builds an image with ko', line: lineOf(['kos', index]) }),
  );
  return allRequested([...dockers, ...second, ...kos]);
}

function build(program: string, docker: unknown, flags: readonly unknown[], line: number): RequestedBuilds {
  const words = flags.filter((flag) => typeof flag === 'string').map(quoted);
  const file = field(docker, 'dockerfile') ?? 'Dockerfile';
  return buildsInScript(`${program} build ${words.join(' ')} -f ${quoted(String(file))} .`, { directory: '', line });
}

/** A template stands for what only a run knows. */
function quoted(word: string): string {
  const text = word.replace(/\{\{[^{}]*\}\}/g, '\0').replaceAll("'", "'\\''");
  return `'${text}'`;
}
