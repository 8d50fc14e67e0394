// Writes src/signatures/sigstore/public-good-root.ts: sigstore's public-good trusted root, as @sigstore/tuf ships it, with the
// date of that release. Run it after an update of @sigstore/tuf: node scripts/snapshot-trusted-root.mjs DATE
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [date] = process.argv.slice(2);
if (!/^\d{4}-\d{2}-\d{2}$/.test(date ?? '')) {
  process.stderr.write(
    'usage: node scripts/snapshot-trusted-root.mjs YYYY-MM-DD   (the day @sigstore/tuf was released)\n',
  );
  process.exit(3);
}
const require = createRequire(import.meta.url);
const { version } = require('@sigstore/tuf/package.json');
const seeds = JSON.parse(readFileSync(require.resolve('@sigstore/tuf/seeds.json'), 'utf8'));
const mirror = 'https://tuf-repo-cdn.sigstore.dev';
const root = JSON.parse(Buffer.from(seeds[mirror].targets['trusted_root.json'], 'base64').toString('utf8'));
const lines = JSON.stringify(root)
  .match(/.{1,110}/g)
  .map((line) => `  ${quote(line)},`);
writeFileSync(
  new URL('../src/signatures/sigstore/public-good-root.ts', import.meta.url),
  [
    '/**',
    ` * The trusted root of sigstore's public-good instance, from @sigstore/tuf ${version}. Made by`,
    ' * scripts/snapshot-trusted-root.mjs; it is used where the network does not allow a newer one.',
    ' */',
    'export const PUBLIC_GOOD_ROOT = {',
    `  date: '${date}',`,
    '  json: [',
    ...lines.map((line) => `  ${line}`),
    "  ].join(''),",
    '};',
    '',
  ].join('\n'),
);

function quote(text) {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
