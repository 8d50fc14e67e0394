// Reads the tar on standard input as the gate reads a layer, and prints how many files it has and what no-secrets finds in
// them: run by bench/false-alarms/suites.mjs in a process of its own.

import { LayerBuilder } from '../../src/image-content/layers/layer-builder.js';
import { isHardLink } from '../../src/image-content/layers/layer-facts.js';
import { TarReader } from '../../src/image-content/layers/tar-reader.js';

const builder = new LayerBuilder();
const tar = new TarReader((member) => builder.member(member));
for await (const chunk of process.stdin) if (chunk instanceof Uint8Array) tar.push(chunk);
tar.end();
const { entries, unread } = builder.facts();
const files = entries.flatMap((entry) => (isHardLink(entry) || entry.type !== 'file' ? [] : [entry]));
process.stdout.write(
  JSON.stringify({
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    secrets: files.flatMap(({ path, content }) =>
      // The rule lets tokens be that have ended.
      (content?.secrets ?? [])
        .filter(({ expires = Number.POSITIVE_INFINITY }) => expires * 1000 > Date.now())
        .map((mark) => ({ path, ...mark })),
    ),
    unread,
  }),
);
