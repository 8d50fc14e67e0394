// Writes src/packages/lifecycle/lifecycle-table.ts: what endoflife.date says now of the products that rules look up.
// Usage: node scripts/snapshot-lifecycles.mjs [eol.json]
//   eol.json: { PRODUCT: { CYCLE: { eol: date|boolean } } }, in place of the site
import { readFileSync, writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);

/** What rules look up: distributions by os-release, and runtimes that images bring. */
const WANTED = [
  'alpine-linux debian ubuntu rhel centos centos-stream amazon-linux rocky-linux almalinux fedora oracle-linux',
  'opensuse sles vmware-photon nodejs python go eclipse-temurin dotnet ruby php rust perl deno',
]
  .join(' ')
  .split(' ');

/** @see https://endoflife.date/docs/api */
async function fetchCycles(product) {
  const answer = await fetch(`https://endoflife.date/api/${product}.json`, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`endoflife.date answered ${answer.status} for ${product}`);
  const cycles = await answer.json();
  if (!Array.isArray(cycles) || cycles.length === 0) throw new Error(`endoflife.date lists no cycle of ${product}`);
  return Object.fromEntries(cycles.map(({ cycle, eol }) => [cycle, { eol }]));
}

async function readProducts() {
  if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8'));
  const products = {};
  for (const product of WANTED) products[product] = await fetchCycles(product);
  return products;
}

function end(eol) {
  if (eol === true) return 'ended';
  if (eol === false) return 'open';
  if (!/^\d{4}-\d\d-\d\d$/.test(eol)) throw new Error(`${JSON.stringify(eol)} is no day`);
  return eol;
}

const { _meta: meta, ...products } = await readProducts();
const date = (meta?.commit_date ?? new Date().toISOString()).slice(0, 10);
const lines = WANTED.flatMap((product) => {
  const cycles = Object.entries(products[product]).map(([cycle, { eol }]) => `${cycle}:${end(eol)}`);
  const wrapped = [];
  for (const word of cycles) {
    const last = wrapped.at(-1);
    if (last === undefined || last.length + word.length > 100) wrapped.push(`${product} ${word}`);
    else wrapped[wrapped.length - 1] = `${last} ${word}`;
  }
  return wrapped;
});
writeFileSync(
  new URL('../src/packages/lifecycle/lifecycle-table.ts', import.meta.url),
  `// Made by scripts/snapshot-lifecycles.mjs from https://endoflife.date; don't edit.
// MIT (Copyright 2020 endoflife.date contributors): https://github.com/endoflife-date/endoflife.date/blob/master/LICENSE

/** The day the table was taken. */
export const LIFECYCLE_DATE = '${date}';

/** One line a product, or several: its name, then each release cycle with its last supported day, \`open\` or \`ended\`. */
export const LIFECYCLE_TABLE = \`
${lines.join('\n')}
\`;
`,
);
