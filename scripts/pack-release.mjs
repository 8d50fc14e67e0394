// Packs what a release holds into release/: the Action as it is run (a tar that the same commit always gives), its
// licenses, its SBOM stamped with the commit's time, and the notes of this version out of CHANGELOG.md.
// Usage: node scripts/pack-release.mjs [--out DIR]
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'release') } } });
const out = resolve(values.out);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

mkdirSync(out, { recursive: true });
const tar = execFileSync(
  'tar',
  [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=a+rX,u+w,go-w',
    '-cf',
    '-',
    'action.yml',
    'report',
    'dist',
  ],
  { cwd: root, maxBuffer: 256 * 1024 * 1024 },
);
writeFileSync(join(out, `base-image-gate-v${version}.tar.gz`), gzipSync(tar));
copyFileSync(join(root, 'dist/licenses.txt'), join(out, 'licenses.txt'));

const committed = Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }));
const sbom = JSON.parse(readFileSync(join(root, 'dist/sbom.cdx.json'), 'utf8'));
sbom.metadata.timestamp = new Date(committed * 1000).toISOString();
writeFileSync(join(out, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);

const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
const [, notes] = changelog.split(`\n## [${version}]`);
if (notes === undefined) throw new Error(`CHANGELOG.md has no section [${version}]; write what is new in it.`);
writeFileSync(join(out, 'notes.md'), `${notes.slice(notes.indexOf('\n')).split('\n## [')[0].trim()}\n`);
