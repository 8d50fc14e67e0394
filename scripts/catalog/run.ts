import { loadCatalog } from '../../src/catalog/catalog.js';
import { openRegistries } from '../../src/registry/open-registries.js';
import { checkCatalog, exitCodeOf, tableOf } from './check-catalog.js';

/** Checks the catalog against the live registries, and prints a table. The exit code of the whole is returned. */
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
  return exitCodeOf(answers, publishers);
}
