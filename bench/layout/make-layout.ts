// Run by bench/layout/layout.mjs: writes a repository of as many Dockerfiles as there are images, and the OCI image layout
// that holds the images, each with two platforms and an attached artifact. Usage: make-layout.mjs DIR IMAGES
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeArtifact, makeImage, makeIndex, subjectOf } from '../../__tests__/support/image/image-maker.js';
import { type LayoutEntry, writeLayout } from '../../__tests__/support/image/image-maker-layout.js';

const [directory = '', images = '0'] = process.argv.slice(2);
const entries: LayoutEntry[] = [];
for (let number = 0; number < Number(images); number += 1) {
  const config = { Labels: { number: String(number) }, User: '1000' };
  const index = makeIndex([await makeImage({ config }), await makeImage({ config, platform: 'linux/arm64' })]);
  const artifact = makeArtifact({
    artifactType: 'application/vnd.example.note',
    subject: subjectOf(index),
    layers: [],
  });
  const name = `demo.example/base/image-${number}`;
  entries.push({ content: index, name: `${name}:1.0` }, { content: artifact });
  const service = join(directory, `service-${number}`);
  mkdirSync(service, { recursive: true });
  writeFileSync(join(service, 'Dockerfile'), `FROM ${name}:1.0@${index.descriptor.digest}\n`);
}
await writeLayout(join(directory, 'registry'), entries);
writeFileSync(
  join(directory, 'policy.yml'),
  'version: 1\nprofile: baseline\nregistries:\n  demo.example: { layout: registry }\n',
);
