import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canaryRecord } from '../../__tests__/support/registry/osv-canary.js';
import type { MadeRecord } from '../../__tests__/support/registry/osv-server.js';
import { makeZip } from '../../__tests__/support/registry/zip-maker.js';
import { ecosystemFamily } from '../../src/vulnerabilities/matching/ecosystems.js';

/**
 * Puts, beside the made-up advisories of an example (`vulnerabilities/*.json`), an archive for each family of ecosystems
 * that they are of: single records prove nothing about all the others. Each archive holds one old record a release.
 * Returns the archives' paths.
 */
export async function archiveAdvisories(example: string): Promise<readonly string[]> {
  const directory = join(example, 'vulnerabilities');
  const files = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  const records = await Promise.all(files.map(async (name) => await readFile(join(directory, name), 'utf8')));
  const ecosystems = new Set(
    records.flatMap((text) => {
      const { affected } = JSON.parse(text) as { readonly affected: readonly { readonly package: MadePackage }[] };
      return affected.map(({ package: about }) => about.ecosystem);
    }),
  );
  const families = [...new Set([...ecosystems].map(ecosystemFamily))].sort();
  return await Promise.all(
    families.map(async (family) => {
      const own = [...ecosystems].filter((ecosystem) => ecosystemFamily(ecosystem) === family).sort();
      const path = join(directory, family, 'all.zip');
      await mkdir(join(directory, family), { recursive: true });
      await writeFile(path, makeZip(Object.fromEntries(own.map(oldRecord))));
      return path;
    }),
  );
}

interface MadePackage {
  readonly ecosystem: string;
}

function oldRecord(ecosystem: string): readonly [name: string, text: string] {
  const record: MadeRecord & { readonly summary: string } = {
    ...canaryRecord(ecosystem),
    summary: `Made up for the example: stands for the rest of the export of ${ecosystem}`,
  };
  return [`${record.id}.json`, `${JSON.stringify(record, null, 2)}\n`];
}
