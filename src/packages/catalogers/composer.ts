import { z } from 'zod';
import { type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

const packages = z.array(
  z.object({
    name: z.string().min(1).max(256),
    version: z.string().max(256),
    // Of several licenses, the user of the package chooses one. https://getcomposer.org/doc/04-schema.md#license
    license: z.array(z.string()).optional().catch(undefined),
  }),
);

/** Composer 2 has an object around the list that Composer 1 wrote. */
const installed = z.union([packages, z.object({ packages }).transform((object) => object.packages)]);

/**
 * Reads what Composer installed for an application.
 *
 * @see https://getcomposer.org/doc/07-runtime.md#installed-versions
 */
export const composerCataloger: Cataloger = {
  id: 'composer',
  names: /(?:^|\/)vendor\/composer\/installed\.json$/,
  open: (file) => readWhole(file, CATALOG_LIMITS['package-list-bytes'], readInstalled, 'package-list-bytes'),
};

function readInstalled(text: string): FileCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ...EMPTY, problems: ['it is not JSON'] };
  }
  const read = installed.safeParse(value);
  if (!read.success) return { ...EMPTY, problems: ['it is not a Composer package list'] };
  if (read.data.length > CATALOG_LIMITS['packages']) {
    return { ...EMPTY, problems: [`it has more than ${CATALOG_LIMITS['packages']} packages (limit packages)`] };
  }
  return {
    ...EMPTY,
    packages: read.data.map(({ name, version, license = [] }) => ({
      type: 'composer',
      name,
      version,
      ...(license.length === 0 ? {} : { licenses: [license.join(' OR ')] }),
    })),
  };
}
