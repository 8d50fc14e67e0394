import { z } from 'zod';
import { type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { ownedBelow } from './file-lists.js';
import { CATALOG_LIMITS } from './limits.js';

const record = z.object({
  name: z.string().min(1).max(256),
  version: z.string().min(1).max(256),
  build: z.string().max(256).optional(),
  channel: z.string().max(2048).optional(),
  subdir: z.string().max(256).optional(),
  license: z.string().max(1024).nullish(),
  files: z.array(z.string()).optional(),
});

/**
 * Reads what conda, mamba and micromamba keep of each package that is installed in an environment.
 *
 * @see https://docs.conda.io/projects/conda/en/stable/dev-guide/api/conda/models/records/index.html
 */
export const condaCataloger: Cataloger = {
  id: 'conda',
  names: /(?:^|\/)conda-meta\/[^/]+\.json$/,
  open: (file) => {
    const environment = file.path.replace(/conda-meta\/[^/]+$/, '');
    const limit = CATALOG_LIMITS['package-list-bytes'];
    return readWhole(file, limit, (text) => readRecord(text, environment), 'package-list-bytes');
  },
};

/** Files are named from the environment's directory. */
function readRecord(text: string, environment: string): FileCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ...EMPTY, problems: ['it is not JSON'] };
  }
  const read = record.safeParse(value);
  if (!read.success) return { ...EMPTY, problems: ['it is not the record of a conda package'] };
  const { name, version, build = '', channel = '', subdir = '', license, files = [] } = read.data;
  const owned = ownedBelow(environment, files);
  return {
    ...EMPTY,
    packages: [
      {
        type: 'conda',
        name,
        version,
        qualifiers: { build, channel: channelName(channel, subdir), subdir },
        ...(license ? { licenses: [license] } : {}),
      },
    ],
    ...(owned === '' ? {} : { owned }),
  };
}

/** `https://conda.anaconda.org/conda-forge/linux-64` is conda-forge. */
function channelName(channel: string, subdir: string): string {
  const parts = channel.split('/').filter((part) => part !== '');
  return (parts.at(-1) === subdir ? parts.at(-2) : parts.at(-1)) ?? '';
}
