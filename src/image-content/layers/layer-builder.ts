import type { FileEntry, FileType } from '../filesystem/file-entry.js';
import { capabilityNames } from './capabilities.js';
import { ChecksumChoice } from './checksum-choice.js';
import { FileScanner } from './file-scanner.js';
import type { HardLink, LayerFacts } from './layer-facts.js';
import { LAYER_LIMITS } from './limits.js';
import { memberPath } from './member-path.js';
import { TarError } from './tar-header.js';
import type { MemberSink, TarMember } from './tar-reader.js';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** What aufs kept for itself; runtimes pass over it, so a whiteout of a whiteout means nothing. */
const AUFS = '.wh..wh.';

const TYPES: Readonly<Record<string, FileType>> = {
  '0': 'file',
  '2': 'link',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

/** Gathers what a layer's archive says, member by member. */
export class LayerBuilder {
  readonly #entries: (FileEntry | HardLink)[] = [];
  readonly #whiteouts: string[] = [];
  readonly #opaque: string[] = [];
  readonly #unread: { path: string; reason: string }[] = [];
  readonly #checksums = new ChecksumChoice();
  #members = 0;
  #keptBytes = 0;
  #pathBytes = 0;

  /** Takes a member; answers with the sink for its bytes, or null where they are passed over. Throws a TarError. */
  member(member: TarMember): MemberSink | null {
    this.#members += 1;
    if (this.#members > LAYER_LIMITS['layer-entries']) {
      throw new TarError(`it has more than ${LAYER_LIMITS['layer-entries']} members`, 'layer-entries');
    }
    this.#countPaths(member);
    const path = memberPath(member.name);
    this.#checksums.note(path);
    const slash = path.lastIndexOf('/');
    const base = path.slice(slash + 1);
    if (base.startsWith(WHITEOUT)) {
      this.#whiteout(slash < 0 ? '' : path.slice(0, slash), base);
      return null;
    }
    if (member.type === '1') {
      this.#entries.push({ path, hardLinkTo: memberPath(member.linkName) });
      return null;
    }
    const type = TYPES[member.type];
    if (type === undefined) {
      this.#unread.push({
        path,
        reason: `the archive calls it type ${JSON.stringify(member.type)}, which no runtime unpacks`,
      });
      return null;
    }
    if (path === '' && type !== 'directory') throw new TarError(`the image's root is a ${type}`);
    const entry: FileEntry = {
      path,
      type,
      mode: member.mode,
      uid: member.uid,
      gid: member.gid,
      size: type === 'file' ? member.size : 0,
      ...(type === 'link' ? { linkTarget: member.linkName } : {}),
      ...(member.capability === undefined ? {} : { capabilities: capabilityNames(member.capability) }),
    };
    if (type !== 'file') {
      this.#entries.push(entry);
      return null;
    }
    if (member.sparse) this.#unread.push({ path, reason: 'it is stored as a sparse file, so its digest is not known' });
    return new FileScanner({
      path,
      size: member.size,
      executable: (member.mode & 0o111) !== 0,
      checksums: member.sparse ? [] : this.#checksums.algorithms,
      done: (content) => this.#entries.push({ ...entry, content }),
      unjudged: (reason) => this.#unread.push({ path, reason }),
      keep: (bytes) => this.#keep(bytes),
    });
  }

  /** What was learnt, once the archive has ended. */
  facts(): Omit<LayerFacts, 'diffId' | 'uncompressedBytes'> {
    return { entries: this.#entries, whiteouts: this.#whiteouts, opaque: this.#opaque, unread: this.#unread };
  }

  #whiteout(directory: string, base: string): void {
    if (base === OPAQUE) {
      this.#opaque.push(directory);
      return;
    }
    if (base.startsWith(AUFS)) return;
    const name = base.slice(WHITEOUT.length);
    if (name === '' || name === '.' || name === '..')
      throw new TarError(`the whiteout "${directory}/${base}" names no file`);
    this.#whiteouts.push(directory === '' ? name : `${directory}/${name}`);
  }

  /** Linux takes no longer link target than a path, and a million long names would fill the memory. */
  #countPaths({ name, linkName }: TarMember): void {
    if (linkName.length > LAYER_LIMITS['path-bytes']) {
      throw new TarError(`a link's target has ${linkName.length} characters`, 'path-bytes');
    }
    this.#pathBytes += name.length + linkName.length;
    if (this.#pathBytes > LAYER_LIMITS['layer-path-bytes']) {
      throw new TarError(`its paths have more than ${LAYER_LIMITS['layer-path-bytes']} characters`, 'layer-path-bytes');
    }
  }

  #keep(bytes: number): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes > LAYER_LIMITS['kept-layer-bytes']) {
      throw new TarError(
        `its package databases have more than ${LAYER_LIMITS['kept-layer-bytes']} bytes`,
        'kept-layer-bytes',
      );
    }
  }
}
