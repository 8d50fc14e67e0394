// Writes src/packages/lifecycle/lifecycle-table.ts from an export of endoflife.date's products.
// Usage: node scripts/snapshot-lifecycles.mjs eol.json
//   eol.json: { _meta: { commit_date, license }, PRODUCT: { CYCLE: { eol: date|boolean, extended_support_end? } } }
import { readFileSync, writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/snapshot-lifecycles.mjs eol.json');
const { _meta: meta, ...products } = JSON.parse(readFileSync(file, 'utf8'));

/** What rules look up: distributions by os-release, and runtimes that images bring. */
const WANTED = [
  'alpine-linux debian ubuntu rhel centos centos-stream amazon-linux rocky-linux almalinux fedora oracle-linux',
  'opensuse sles vmware-photon nodejs python go eclipse-temurin dotnet ruby php rust perl deno',
]
  .join(' ')
  .split(' ');

function end(eol) {
  if (eol === true) return 'ended';
  return eol === false ? 'open' : eol;
}

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
// ${meta.license}: https://github.com/endoflife-date/endoflife.date/blob/master/LICENSE

/** The day the table was taken. */
export const LIFECYCLE_DATE = '${meta.commit_date.slice(0, 10)}';

/** One line a product, or several: its name, then each release cycle with its last supported day, \`open\` or \`ended\`. */
export const LIFECYCLE_TABLE = \`
${lines.join('\n')}
\`;
`,
);
