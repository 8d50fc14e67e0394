import type { FileContent, FileEntry, FileType } from '../filesystem/file-entry.js';
import { ChecksumChoice } from './checksum-choice.js';
import { FileScanner } from './file-scanner.js';
import type { HardLink, LayerFacts } from './layer-facts.js';
import { LAYER_LIMITS } from './limits.js';
import { TarError } from './tar-header.js';
import type { MemberSink, TarMember } from './tar-reader.js';

/**
 * A member's name as a path relative to the image's root: `./usr//bin/` is `usr/bin`, `/etc` is `etc`; the root
 * itself is the empty text. A name that leaves the root is refused, as Docker does: no builder writes one.
 */
function memberPath(name: string): string {
  if (name.length > LAYER_LIMITS['path-bytes'])
    throw new TarError(`a path has ${name.length} characters`, 'path-bytes');
  if (name.includes('\0')) throw new TarError('a path contains a NUL byte');
  // Nearly every name is plain already.
  if (!/(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(name)) return name;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw new TarError(`the path "${name.slice(0, 200)}" leaves the image's root`);
  }
  return parts.join('/');
}

/** Linux's capabilities by their bit. @see https://github.com/torvalds/linux/blob/master/include/uapi/linux/capability.h */
const NAMES = (
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service ' +
  'net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin ' +
  'sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override ' +
  'mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore'
).split(' ');

/**
 * The permitted and inheritable capabilities of the extended attribute security.capability (`struct vfs_cap_data`:
 * a little-endian version and flags, then pairs of 32 bits). What is too short for a pair names none.
 */
function capabilityNames(attribute: Uint8Array): readonly string[] {
  const view = new DataView(attribute.buffer, attribute.byteOffset, attribute.byteLength);
  const names: string[] = [];
  for (let word = 0; word < 2 && 4 + word * 8 + 8 <= attribute.length; word += 1) {
    const bits = view.getUint32(4 + word * 8, true) | view.getUint32(8 + word * 8, true);
    for (let bit = 0; bit < 32; bit += 1) {
      if ((bits & (1 << bit)) !== 0) names.push(`cap_${NAMES[word * 32 + bit] ?? word * 32 + bit}`);
    }
  }
  return names;
}

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
  #listBytes = 0;
  #pathBytes = 0;

  /** Takes a member; answers with the sink for its bytes, or null where they are skipped. Throws a TarError. */
  member(member: TarMember): MemberSink | null {
    this.#members += 1;
    if (this.#members > LAYER_LIMITS['layer-entries']) {
      throw new TarError(`it has more than ${LAYER_LIMITS['layer-entries']} entries`, 'layer-entries');
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
    const rights = {
      mode: member.mode,
      uid: member.uid,
      gid: member.gid,
      ...(member.capability === undefined ? {} : { capabilities: capabilityNames(member.capability) }),
    };
    if (member.type === '1') {
      this.#entries.push({ path, hardLinkTo: memberPath(member.linkName), ...rights });
      return null;
    }
    const type = TYPES[member.type];
    if (type === undefined) {
      this.#unread.push({
        path,
        reason: `it has the tar type ${JSON.stringify(member.type)}, which no runtime unpacks`,
      });
      return null;
    }
    if (path === '' && type !== 'directory') throw new TarError(`the image's root is a ${type}`);
    const entry: FileEntry = {
      path,
      type,
      ...rights,
      size: type === 'file' ? member.size : 0,
      ...(type === 'link' ? { linkTarget: member.linkName } : {}),
    };
    if (type !== 'file') {
      this.#entries.push(entry);
      return null;
    }
    if (member.sparse) this.#unread.push({ path, reason: 'it is stored as a sparse file, so its digest is unknown' });
    return new FileScanner({
      path,
      size: member.size,
      executable: (member.mode & 0o111) !== 0,
      checksums: member.sparse ? [] : this.#checksums.algorithms,
      done: (content) => this.#entries.push({ ...entry, content: this.#withFileList(content) }),
      unevaluated: (reason) => this.#unread.push({ path, reason }),
      keep: (bytes) => this.#keep(bytes),
    });
  }

  /** What was learnt, once the archive has ended. */
  facts(): Omit<LayerFacts, 'diffId' | 'uncompressedBytes'> {
    return { entries: this.#entries, whiteouts: this.#whiteouts, opaque: this.#opaque, unread: this.#unread };
  }

  /** The content without its lists of files and licenses, once those of the layer are too large: their files then belong to no package. */
  #withFileList(content: FileContent): FileContent {
    const { catalog } = content;
    const { owned = '', licenses = [] } = catalog ?? {};
    const bytes = licenses.reduce((sum, { length }) => sum + length, owned.length);
    if (catalog === undefined || bytes === 0) return content;
    this.#listBytes += bytes;
    if (this.#listBytes <= LAYER_LIMITS['file-list-bytes']) return content;
    const { owned: _files, licenses: _licenses, ...rest } = catalog;
    return { ...content, catalog: rest };
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
