import { readFileSync, writeFileSync } from 'node:fs';
import { loadCatalog } from '../../src/catalog/catalog.js';
import { openRegistries } from '../../src/registry/open-registries.js';
import { checkCatalog, exitCodeOf, tableOf, withDate } from './check-catalog.js';

const CATALOG = 'src/catalog/catalog.yaml';

/**
 * Checks the catalog against the live registries, and prints a table. With `--write` and where nothing is amiss, the
 * catalog's date becomes today's. The exit code of the whole is returned.
 */
export async function run(): Promise<number> {
  const { publishers } = loadCatalog();
  const registries = await openRegistries({
    registries: {},
    isListed: () => true,
    environment: process.env,
    workspace: process.cwd(),
    notice: (message) => process.stderr.write(`${message}\n`),
  });
  if (!registries.ok) {
    process.stderr.write(`${registries.error}\n`);
    return 3;
  }
  const { source, limits } = registries.value;
  const settings = { now: new Date(), offline: false, limits };
  const answers = await checkCatalog(publishers, source, settings).finally(() => registries.value.close());
  process.stdout.write(tableOf(answers));
  const code = exitCodeOf(answers, publishers);
  if (code === 0 && process.argv.includes('--write')) {
    writeFileSync(CATALOG, withDate(readFileSync(CATALOG, 'utf8'), settings.now));
  }
  return code;
}
