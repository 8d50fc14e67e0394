// Run by bench/sbom/sbom.mjs: signs an SBOM with a real key, as cosign does, and puts it beside an image in an OCI
// image layout. Usage: attested-layout.mjs object|text DOCUMENT      Writes one JSON object: where it is.
import { readFileSync } from 'node:fs';
import { makeAttestedLayout } from '../../__tests__/support/image/attested-layout.js';

const [form = '', file = ''] = process.argv.slice(2);
const document = readFileSync(file, 'utf8');
const predicate: unknown = form === 'text' ? document : JSON.parse(document);
const { directory, image, route, policy } = await makeAttestedLayout({
  signed: [['https://spdx.dev/Document', predicate]],
  installed: '',
});
process.stdout.write(JSON.stringify({ directory, image, route, policy }));
