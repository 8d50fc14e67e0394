import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Evidence } from '../../../src/evidence/evidence.js';
import type { Inventory } from '../../../src/packages/inventory.js';
import type { KnownVulnerabilities } from '../../../src/vulnerabilities/vulnerabilities.js';
import { ALPINE, collectKnown, inventoryOf } from '../image/vulnerability-run.js';
import { canaryRecord } from './osv-canary.js';
import type { MadeRecord } from './osv-server.js';
import { makeZip } from './zip-maker.js';

/** Contents by path; objects are written as JSON. */
export type Files = Readonly<Record<string, string | Buffer | object>>;

/** Makes a directory of exports, which is removed after the run. */
export async function exportDirectory(files: Files): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'osv-exports-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    await writeFile(join(directory, path), bytes);
  }
  return directory;
}

/** One line a vulnerability and a gap, or why nothing was had. */
export function reported(evidence: Evidence<KnownVulnerabilities>): string {
  if (evidence.status !== 'present') return `${evidence.status}: ${'message' in evidence ? evidence.message : ''}`;
  const { found, unevaluated } = evidence.value;
  return [
    ...found.map((one) => `${one.package.name} ${one.id} ${one.fixedIn ?? 'unfixed'}`),
    ...unevaluated.map(({ what, reason }) => `? ${what}: ${reason}`),
  ].join('\n');
}

/** What a directory shows that holds, beside the files, an archive that knows the releases that these tests ask about. */
export async function known(files: Files, inventory?: Inventory): Promise<string> {
  return await bare({ 'whole.zip': WHOLE, ...files }, inventory);
}

/** What a directory shows that holds these files alone. */
export async function bare(files: Files, inventory = inventoryOf(ALPINE, [['libcrypto3', '3.3.1-r0', 'openssl']])) {
  return reported(await evidenceOf(files, inventory));
}

/** What is known by a directory of these files. */
export async function evidenceOf(files: Files, inventory: Inventory): Promise<Evidence<KnownVulnerabilities>> {
  return await collectKnown({ inventory, settings: { vulnerabilitiesDirectory: await exportDirectory(files) } });
}

/** An archive of records. */
export const zipOf = (records: readonly MadeRecord[], options = {}): Buffer =>
  makeZip(Object.fromEntries(records.map((record) => [`${record.id}.json`, JSON.stringify(record)])), options);

/** An archive that knows an old vulnerability of each release. */
export const WHOLE = zipOf(
  ['Alpine:v3.22', 'Debian:12', 'Ubuntu:22.04', 'Wolfi'].map((ecosystem) => canaryRecord(ecosystem)),
);
