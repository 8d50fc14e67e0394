import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { FileEntry } from '../../../src/image-content/filesystem/file-entry.js';
import type { Ownership } from '../../../src/packages/ownership.js';
import { parseReference } from '../../../src/references/reference.js';
import { resolveImage } from '../../../src/registry/resolve.js';
import { collectResolved, type MadeContents } from '../image/contents-of.js';
import { describeWithPeers } from '../process/peers.js';
import { closeRegistries, openFor } from '../registry/registry-open.js';
import { type PeerRegistry, startDockerRegistry } from '../registry/registry-peers.js';

/** What tests over real images need on the PATH, whatever the images are made of. */
const IMAGE_PEERS = ['umoci', 'skopeo', 'crane', 'docker-registry'];

/** `describe` over images of real programs, where all of them are installed. */
export function describeRealImages(
  programs: readonly string[],
  name: string,
  body: (images: () => RealImages) => void,
): void {
  describeWithPeers([...IMAGE_PEERS, ...programs], name, () => {
    let images: RealImages;
    beforeAll(async () => {
      images = await RealImages.open();
    });
    afterAll(() => images.close());
    body(() => images);
  });
}

const AMD64 = { os: 'linux', architecture: 'amd64' };
const MAX_OUTPUT = 1 << 28;

/** A directory with images that real programs made, and a registry that they are pushed to and read from. */
export class RealImages {
  readonly directory = mkdtempSync(join(tmpdir(), 'real-images-'));
  readonly #registry: PeerRegistry;

  private constructor(registry: PeerRegistry) {
    this.#registry = registry;
  }

  static async open(): Promise<RealImages> {
    return new RealImages(await startDockerRegistry());
  }

  async close(): Promise<void> {
    await closeRegistries();
    await this.#registry.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs a program in the directory and gives what it printed. Bound, so that tests may take it out. */
  readonly run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, {
      cwd: this.directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: MAX_OUTPUT,
    });

  readonly shell = (script: string): string => this.run('bash', '-euo', 'pipefail', '-c', script);

  /** Packs one layer a step on the image of that name, which is begun where there is none; each step changes the tree that those before it left. */
  pack(name: string, steps: readonly ((rootfs: string) => void)[]): void {
    if (!existsSync(join(this.directory, name))) {
      this.run('umoci', 'init', '--layout', name);
      this.run('umoci', 'new', '--image', `${name}:latest`);
    }
    for (const step of steps) {
      const bundle = mkdtempSync(join(this.directory, `${name}-bundle-`));
      this.run('umoci', 'unpack', '--image', `${name}:latest`, bundle);
      step(join(bundle, 'rootfs'));
      this.run('umoci', 'repack', '--image', `${name}:latest`, bundle);
    }
  }

  /** Pushes an image to the registry, and reads it from there as a run does. */
  async read(name: string): Promise<MadeContents> {
    const pushed = this.#pushedName(name);
    this.run('skopeo', 'copy', '--dest-tls-verify=false', `oci:${name}:latest`, `docker://${pushed}`);
    const reference = parseReference(pushed);
    if (!reference.ok) throw new Error(reference.error.reason);
    const source = await openFor(this.#registry.host);
    const image = await resolveImage(source, reference.value, AMD64);
    if (!image.ok) throw new Error(image.error.message);
    return collectResolved(image.value, source);
  }

  /** `type mode uid:gid size path -> target`, sorted: what find says of the tree that umoci unpacks. */
  umociList(name: string): readonly string[] {
    const found = this.shell(
      `cd '${this.unpacked(name)}' && find . -mindepth 1 -printf '%y\\t%m\\t%U:%G\\t%s\\t%P\\t%l\\n'`,
    );
    return found
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [type = '', mode = '', owner = '', size = '', path = '', target = ''] = line.split('\t');
        return fileLine(type, Number.parseInt(mode, 8), owner, Number(size), path, target);
      })
      .sort();
  }

  /** The same by crane, from the registry: its own laying over of the layers, listed by tar. A hard link is reported as the file it names. */
  craneList(name: string): readonly string[] {
    const listed = this.shell(
      `crane export --insecure '${this.#pushedName(name)}' - | tar --numeric-owner --quoting-style=literal -tvf -`,
    );
    const lines = new Map<string, string>();
    const hardLinks: { readonly path: string; readonly target: string }[] = [];
    for (const line of listed.split('\n')) {
      const match = /^(.)(.{9}) +(\d+\/\d+) +([\d,]+) +\S+ +\S+ (.*)$/.exec(line);
      if (match === null) continue;
      const [, letter = '', bits = '', owner = '', size = '', rest = ''] = match;
      if (letter === 'h') {
        const [path = '', target = ''] = rest.split(' link to ');
        hardLinks.push({ path: plainPath(path), target: plainPath(target) });
        continue;
      }
      const [path = '', target = ''] = letter === 'l' ? rest.split(' -> ') : [rest];
      const type = letter === '-' ? 'f' : letter;
      const plain = plainPath(path);
      if (plain !== '')
        lines.set(plain, fileLine(type, modeOf(bits), owner.replace('/', ':'), Number(size), plain, target));
    }
    for (const { path, target } of hardLinks) {
      const line = lines.get(target);
      if (line === undefined) throw new Error(`crane lists ${path} as a link to ${target}, which it does not list`);
      lines.set(path, line.replace(`\t${target}\t`, `\t${path}\t`));
    }
    return [...lines.values()].sort();
  }

  /** The tree that umoci unpacks, to ask other programs about; relative to the directory. */
  unpacked(name: string): string {
    const bundle = `${name}-evaluate`;
    if (!existsSync(join(this.directory, bundle))) this.run('umoci', 'unpack', '--image', `${name}:latest`, bundle);
    return `${bundle}/rootfs`;
  }

  #pushedName(name: string): string {
    return `${this.#registry.host}/made/${name}:latest`;
  }
}

const TYPES: Readonly<Record<FileEntry['type'], string>> = {
  file: 'f',
  directory: 'd',
  link: 'l',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
};

/** Reads an image from the registry, and expects its files, modes, owners and sizes to be those that umoci and crane see. */
export async function readAndCompare(images: RealImages, name: string): Promise<MadeContents> {
  const contents = await images.read(name);
  const own = ownList(contents);
  expect(own).toEqual(images.umociList(name));
  expect(own).toEqual(images.craneList(name));
  return contents;
}

/** What we say of the same files, in the same form. */
export function ownList({ evidence }: MadeContents): readonly string[] {
  if (evidence.filesystem.status !== 'present') throw new Error('the layers were not read');
  return [...evidence.filesystem.value.tree.entries()]
    .filter(({ path }) => path !== '')
    .map(({ type, mode, uid, gid, size, path, linkTarget }) =>
      fileLine(TYPES[type], mode, `${uid}:${gid}`, size, path, linkTarget ?? ''),
    )
    .sort();
}

/** `name version` of each package of a type, sorted. */
export function packageList({ evidence }: MadeContents, type: string): readonly string[] {
  if (evidence.packages.status !== 'present') throw new Error('the packages were not read');
  const { packages, unknowns } = evidence.packages.value;
  // Made trees without os-release say nothing of the list.
  const unknown = unknowns.find(({ path }) => !path.endsWith('/os-release'));
  if (unknown !== undefined) throw new Error(`${unknown.path} was not read: ${unknown.reason}`);
  return packages
    .filter((one) => one.type === type)
    .map(({ name, version }) => `${name} ${version}`)
    .sort();
}

/** Where keys and credentials were found. */
export function secretPlaces({ evidence }: MadeContents): readonly string[] {
  if (evidence.filesystem.status !== 'present') throw new Error('the layers were not read');
  return evidence.filesystem.value.secrets.map(({ path, kind }) => `${path}: ${kind}`);
}

export function ownershipOf({ evidence }: MadeContents): Ownership {
  if (evidence.ownership.status !== 'present') throw new Error('the owners were not read');
  return evidence.ownership.value;
}

/** Links have no mode of their own, and only files a size. */
function fileLine(type: string, mode: number, owner: string, size: number, path: string, target: string): string {
  return [type, type === 'l' ? '-' : mode.toString(8), owner, type === 'f' ? size : '-', path, target].join('\t');
}

function plainPath(path: string): string {
  return path === '.' ? '' : path.replace(/^\.?\//, '').replace(/\/$/, '');
}

/** `rwsr-xr-t` as a number. */
function modeOf(bits: string): number {
  let mode = 0;
  for (const [i, bit] of [...bits].entries()) {
    if ('rwxst'.includes(bit)) mode |= 0o400 >> i;
    if ('sStT'.includes(bit)) mode |= [0o4000, 0o2000, 0o1000][Math.floor(i / 3)] ?? 0;
  }
  return mode;
}
