// How fast bills of materials are read, from bytes, beside JSON.parse alone from the same bytes, and at what peak of
// memory: the 20 largest documents of the corpus, one of 50 MB made here, and the slowest of all.
// Usage: node bench/sbom.mjs CORPUS_FOLDER [ROUNDS]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [corpus, rounds = '30'] = process.argv.slice(2);
if (corpus === undefined) {
  process.stderr.write('Usage: node bench/sbom.mjs CORPUS_FOLDER [ROUNDS]\n');
  process.exit(3);
}
const folder = mkdtempSync(join(tmpdir(), 'bench-sbom-'));
const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const script = join(folder, 'measure.mjs');
await build({
  entryPoints: [fileURLToPath(new URL('sbom/measure.ts', import.meta.url))],
  outfile: script,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
});

function measure(mode, times, files) {
  const out = execFileSync(node, [script, mode, String(times), ...files], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { milliseconds, peakMegabytes } = JSON.parse(out);
  return { milliseconds: new Map(milliseconds), peakMegabytes };
}

/** An SPDX document of about 50 MB, as syft would write it of an image with very many packages. */
function madeDocument() {
  const image = { name: 'image', SPDXID: 'SPDXRef-DocumentRoot-Image-image', primaryPackagePurpose: 'CONTAINER' };
  const packages = [];
  for (let i = 0, size = 0; size < 50e6; i += 1) {
    const item = {
      name: `package-${i}`,
      SPDXID: `SPDXRef-Package-deb-package-${i}-${i.toString(16).padStart(16, '0')}`,
      versionInfo: `1.${i}-1+deb12u1`,
      supplier: 'Person: Debian maintainers (team@example.com)',
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'GPL-2.0-or-later AND LGPL-2.1-or-later',
      copyrightText: 'NOASSERTION',
      checksums: [{ algorithm: 'SHA256', checksumValue: i.toString(16).padStart(64, '0') }],
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: `pkg:deb/debian/package-${i}@1.${i}-1%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=source-${i}`,
        },
      ],
    };
    packages.push(item);
    size += JSON.stringify(item).length + 130;
  }
  return JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'made',
    documentNamespace: 'https://example.com/made',
    creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: syft-1.0.0', 'Organization: Anchore, Inc'] },
    documentDescribes: [image.SPDXID],
    packages: [image, ...packages],
    relationships: packages.map((item) => ({
      spdxElementId: image.SPDXID,
      relationshipType: 'CONTAINS',
      relatedSpdxElement: item.SPDXID,
    })),
  });
}

/** A Markdown table of rows with the same keys. */
function table(rows) {
  const keys = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(keys) + line(keys.map(() => '---')) + rows.map((row) => line(keys.map((key) => row[key]))).join('');
}

const speed = (bytes, milliseconds) => bytes / 1e6 / (milliseconds / 1000);
const isJson = (file) => readFileSync(file, 'utf8').trimStart().startsWith('{');

try {
  const all = readdirSync(corpus).map((name) => ({
    name,
    file: join(corpus, name),
    bytes: statSync(join(corpus, name)).size,
  }));
  const largest = [...all].sort((a, b) => b.bytes - a.bytes).slice(0, 20);
  const files = largest.map(({ file }) => file);
  const nothing = measure('nothing', 1, files);
  const parse = measure('parse', rounds, files.filter(isJson));
  const read = measure('read', rounds, files);
  const rows = largest.map(({ name, file, bytes }) => {
    const ours = speed(bytes, read.milliseconds.get(file));
    const theirs = parse.milliseconds.has(file) ? speed(bytes, parse.milliseconds.get(file)) : null;
    return {
      document: name,
      KB: Math.round(bytes / 1000),
      'MB/s': ours.toFixed(0),
      'JSON.parse MB/s': theirs?.toFixed(0) ?? 'no JSON',
      share: theirs === null ? '' : (ours / theirs).toFixed(2),
    };
  });
  process.stdout.write(`${table(rows)}\n`);
  const json = largest.filter(({ file }) => parse.milliseconds.has(file));
  const total = (times) => json.reduce((sum, { file }) => sum + times.get(file), 0);
  process.stdout.write(
    `All JSON of them: ${(total(parse.milliseconds) / total(read.milliseconds)).toFixed(2)} of JSON.parse's speed. ` +
      `Peak memory ${read.peakMegabytes.toFixed(0)} MB, JSON.parse ${parse.peakMegabytes.toFixed(0)} MB, ` +
      `the process alone ${nothing.peakMegabytes.toFixed(0)} MB.\n\n`,
  );

  const large = join(folder, 'large.json');
  writeFileSync(large, madeDocument());
  const { size } = statSync(large);
  const once = { parse: measure('parse', 3, [large]), read: measure('read', 3, [large]) };
  const single = { parse: measure('parse', 1, [large]), read: measure('read', 1, [large]) };
  process.stdout.write(
    `A document of ${(size / 1e6).toFixed(0)} MB: ${once.read.milliseconds.get(large).toFixed(0)} ms ` +
      `(JSON.parse ${once.parse.milliseconds.get(large).toFixed(0)} ms), read once with a peak of ` +
      `${single.read.peakMegabytes.toFixed(0)} MB (JSON.parse ${single.parse.peakMegabytes.toFixed(0)} MB).\n`,
  );

  const every = measure(
    'read',
    1,
    all.map(({ file }) => file),
  );
  const slowest = [...every.milliseconds].sort((a, b) => b[1] - a[1])[0];
  process.stdout.write(
    `All ${all.length} documents in one process: peak ${every.peakMegabytes.toFixed(0)} MB, the slowest ` +
      `${slowest[1].toFixed(1)} ms (${slowest[0].split('/').at(-1)}).\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
