import { type Cataloger, EMPTY, type FileCatalog, readWholeBytes } from './cataloger.js';
import { ELF_HEADER_BYTES, elfSection } from './elf-section.js';
import { CATALOG_LIMITS } from './limits.js';

/**
 * Reads Linux kernel modules by what they say of themselves: one that has a version is a package of its own, any other is
 * part of the kernel it was built for.
 *
 * @see https://man7.org/linux/man-pages/man8/modinfo.8.html
 */
export const kernelModuleCataloger: Cataloger = {
  id: 'kernel-module',
  names: /\.ko$/,
  kinds: ['program'],
  open: (file) => readWholeBytes(file, CATALOG_LIMITS['kernel-module-bytes'], readModule, 'kernel-module-bytes'),
};

/** Modules that distributions pack are not unpacked: they are named as not read. */
export const packedKernelModuleCataloger: Cataloger = {
  id: 'packed-kernel-module',
  names: /\.ko\.(?:gz|xz|zst)$/,
  open: () => ({ write: () => undefined, end: () => ({ ...EMPTY, unread: ['kernel-module'] }) }),
};

function readModule(bytes: Buffer): FileCatalog {
  const section = elfSection(bytes.subarray(0, ELF_HEADER_BYTES), { bytes, start: 0 }, '.modinfo');
  if (section === undefined || section.length > CATALOG_LIMITS['metadata-bytes'])
    return { ...EMPTY, unread: ['kernel-module'] };
  const fields = new Map<string, string>();
  for (const field of section.toString('utf8').split('\0')) {
    const equals = field.indexOf('=');
    if (equals > 0 && !fields.has(field.slice(0, equals))) fields.set(field.slice(0, equals), field.slice(equals + 1));
  }
  const name = fields.get('name');
  const version = fields.get('version');
  if (name && version) {
    const license = fields.get('license');
    return {
      ...EMPTY,
      packages: [{ type: 'generic', name, version, ...(license ? { licenses: [license] } : {}) }],
    };
  }
  const kernel = fields.get('vermagic')?.split(' ', 1)[0];
  if (!kernel) return { ...EMPTY, unread: ['kernel-module'] };
  return { ...EMPTY, packages: [{ type: 'generic', name: 'linux', version: kernel }] };
}
