// Prints one table: our time beside notation's, for one image. Usage: compare-notation.mjs CLI ROUNDS
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeArtifact, makeImage, subjectOf } from '../../__tests__/support/image/image-maker.js';
import { writeLayout } from '../../__tests__/support/image/image-maker-layout.js';
import { makeChain, makeCose, makeJws } from '../../__tests__/support/signing/notation-maker.js';
import { readCertificate } from '../../src/signatures/notation/certificate.js';
import { toPem } from '../../src/signatures/notation/trust-store.js';

const [cli = '', rounds = '9'] = process.argv.slice(2);
const SCOPE = 'registry.example.test/base/app';
const FORMS = [
  ['JWS', 'application/jose+json', makeJws],
  ['COSE', 'application/cose', makeCose],
] as const;

const directory = mkdtempSync(join(tmpdir(), 'bench-notation-'));
const chain = await makeChain();
const root = readCertificate(chain.at(-1)?.der ?? Buffer.alloc(0));
if (!root.ok) throw new Error(root.error);
const store = join(directory, 'notation/truststore/x509/ca/base');
mkdirSync(store, { recursive: true });
writeFileSync(join(store, 'root.pem'), toPem(root.value));
const statement = {
  name: 'base',
  registryScopes: [SCOPE],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:base'],
  trustedIdentities: ['x509.subject: C=US, ST=Washington, O=Acme'],
};
const document = { version: '1.0', trustPolicies: [statement] };
writeFileSync(join(directory, 'notation/trustpolicy.json'), JSON.stringify(document));

const image = await makeImage();
const lines = ['| form | ours (ms) | notation (ms) |', '|---|---|---|'];
for (const [form, mediaType, make] of FORMS) {
  const layers = [{ mediaType, content: await make(chain, { target: subjectOf(image) }) }];
  const config = { mediaType: 'application/vnd.cncf.notary.signature', content: '{}' };
  const layout = join(directory, form);
  await writeLayout(layout, [
    { content: image },
    { content: makeArtifact({ subject: subjectOf(image), config, layers }) },
  ]);
  const { digest } = image.descriptor;
  const mine = ['verify', '--offline', '--registry', `registry.example.test=oci-layout:${layout}`];
  const ours = median(() =>
    run(process.execPath, [cli, ...mine, '--notation-config', 'notation', `${SCOPE}@${digest}`]),
  );
  const theirs = median(() => run('notation', ['verify', '--oci-layout', `${layout}@${digest}`, '--scope', SCOPE]));
  lines.push(`| ${form} | ${ours.toFixed(0)} | ${theirs.toFixed(0)} |`);
}
process.stdout.write(`One signature of one image in a layout; median of ${rounds}, process and all.\n\n`);
process.stdout.write(`${lines.join('\n')}\n`);

/** Throws where the image does not verify. */
function run(program: string, args: readonly string[]): void {
  const env = { ...process.env, NOTATION_EXPERIMENTAL: '1', XDG_CONFIG_HOME: directory };
  execFileSync(program, args, { cwd: directory, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

function median(work: () => void): number {
  const times = Array.from({ length: Number(rounds) }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}
