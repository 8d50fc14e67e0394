import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verify } from '../../../src/cli/verify.js';
import { toPem } from '../../../src/signatures/notation/trust-store.js';
import { type MadeContent, makeArtifact, makeImage, subjectOf } from '../../support/image/image-maker.js';
import { writeLayout } from '../../support/image/image-maker-layout.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { runCommand } from '../../support/process/run-command.js';
import { asCertificates, type Chain, makeChain, makeCose, makeJws } from '../../support/signing/notation-maker.js';
import { makeAuthority, makeToken } from '../../support/signing/notation-timestamp.js';

const SCOPE = 'registry.example.test/base/app';
const SCHEME = 'io.cncf.notary.signingScheme';
const EXPIRY = 'io.cncf.notary.expiry';
const BYTES_BENT = 160;

const directory = mkdtempSync(join(tmpdir(), 'notation-peer-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Numbers that look random and are the same in every run. @see https://en.wikipedia.org/wiki/Linear_congruential_generator */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Mutant {
  readonly name: string;
  readonly type: 'application/jose+json' | 'application/cose';
  readonly bytes: Buffer;
}

describeWithPeers(['notation'], 'beside notation', () => {
  let chain: Chain;
  let authority: Chain;
  let image: MadeContent;

  beforeAll(async () => {
    chain = await makeChain({ leaf: { notAfter: '2025-01-01T00:00:00Z' } });
    authority = await makeAuthority();
    image = await makeImage();
    const stores = { ca: chain, tsa: authority };
    for (const [type, made] of Object.entries(stores)) {
      const store = join(directory, 'notation/truststore/x509', type, 'base');
      mkdirSync(store, { recursive: true });
      writeFileSync(join(store, 'root.pem'), asCertificates(made.slice(-1)).map(toPem).join(''));
    }
    const statement = {
      name: 'base',
      registryScopes: [SCOPE],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:base', 'tsa:base'],
      trustedIdentities: ['x509.subject: C=US, ST=Washington, O=Acme'],
    };
    writeFileSync(
      join(directory, 'notation/trustpolicy.json'),
      JSON.stringify({ version: '1.0', trustPolicies: [statement] }),
    );
  });

  test('nothing passes here that notation refuses, of bent envelopes and of odd ones that are signed', async () => {
    const mutants = [...(await bentEnvelopes()), ...(await oddEnvelopes())];
    expect(mutants.length).toBeGreaterThan(200);
    const passed: string[] = [];
    const refusedThere: string[] = [];
    for (const [number, mutant] of mutants.entries()) {
      const layout = join(directory, String(number));
      const signature = makeArtifact({
        subject: subjectOf(image),
        config: { mediaType: 'application/vnd.cncf.notary.signature', content: '{}' },
        layers: [{ mediaType: mutant.type, content: mutant.bytes }],
      });
      await writeLayout(layout, [{ content: image, name: '1.0' }, { content: signature }]);
      if (!(await passesHere(layout))) continue;
      passed.push(mutant.name);
      if (!passesThere(layout)) refusedThere.push(mutant.name);
    }
    expect(refusedThere).toEqual([]);
    // The honest ones do, and what is bent where nothing is signed.
    expect(passed).toEqual(expect.arrayContaining(['honest JWS', 'honest COSE']));
    expect(passed.length).toBeLessThan(40);
  }, 580_000);

  async function bentEnvelopes(): Promise<readonly Mutant[]> {
    const pick = numbers(22);
    const mutants: Mutant[] = [];
    for (const [form, type, make] of [
      ['JWS', 'application/jose+json', makeJws],
      ['COSE', 'application/cose', makeCose],
    ] as const) {
      const honest = await make(chain, options());
      mutants.push({ name: `honest ${form}`, type, bytes: honest });
      for (let count = 0; count < BYTES_BENT / 2; count++) {
        const bytes = Buffer.from(honest);
        const at = pick(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
        mutants.push({ name: `${form} bent at ${at}`, type, bytes });
      }
      for (const length of [0, 1, honest.length >> 1, honest.length - 1])
        mutants.push({ name: `${form} cut at ${length}`, type, bytes: honest.subarray(0, length) });
      mutants.push({ name: `${form} with more`, type, bytes: Buffer.concat([honest, Buffer.from([0x20])]) });
    }
    return mutants;
  }

  /** Signed by the right key, and odd in one place. */
  async function oddEnvelopes(): Promise<readonly Mutant[]> {
    const [leaf, intermediate, root] = chain;
    if (intermediate === undefined || root === undefined) throw new Error('no chain');
    const headers: Readonly<Record<string, unknown>>[] = [
      { [SCHEME]: 'notary.x509.signingAuthority' },
      { [SCHEME]: 'NOTARY.X509' },
      { [SCHEME]: null },
      { [SCHEME]: [SCHEME] },
      { crit: [], 2: [] },
      { crit: null, 2: null },
      { crit: [SCHEME, SCHEME], 2: [SCHEME, SCHEME] },
      { crit: [SCHEME, EXPIRY], 2: [SCHEME, EXPIRY] },
      { crit: [SCHEME, 'x'], 2: [SCHEME, 'x'], x: 1 },
      { crit: SCHEME, 2: SCHEME },
      { cty: 'application/vnd.cncf.notary.payload.v2+json', 3: 'application/vnd.cncf.notary.payload.v2+json' },
      { cty: '', 3: '' },
      { alg: 'ES384', 1: -35 },
      { alg: 'none', 1: 0 },
      { alg: 'HS256', 1: 5 },
      { alg: 'es256', 1: '-7' },
      { [EXPIRY]: '2060-01-01T00:00:00Z' },
      { 'io.cncf.notary.signingTime': '2024-06-01T00:00:00' },
      { 'io.cncf.notary.signingTime': '2024-13-01T00:00:00Z' },
      { 'io.cncf.notary.signingTime': 0 },
      { 'io.cncf.notary.authenticSigningTime': '2024-06-01T00:00:00Z' },
      { 'io.cncf.notary.verificationPlugin': 'x', crit: [SCHEME], 2: [SCHEME] },
    ];
    const certificates = [
      [leaf.der],
      [leaf.der, root.der],
      [intermediate.der, root.der],
      [root.der, intermediate.der, leaf.der],
    ];
    const mutants: Mutant[] = [];
    for (const [form, type, make] of [
      ['JWS', 'application/jose+json', makeJws],
      ['COSE', 'application/cose', makeCose],
    ] as const) {
      for (const header of headers)
        mutants.push({
          name: `${form} with ${JSON.stringify(header)}`,
          type,
          bytes: await make(chain, { ...options(), header: of(form, header) }),
        });
      for (const [number, list] of certificates.entries())
        mutants.push({
          name: `${form} with chain ${number}`,
          type,
          bytes: await make(chain, { ...options(), certificates: list }),
        });
    }
    return mutants;
  }

  function of(form: 'JWS' | 'COSE', header: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const isOther = (label: string) => (form === 'JWS' ? /^\d$/.test(label) : ['alg', 'cty', 'crit'].includes(label));
    return Object.fromEntries(Object.entries(header).filter(([label]) => !isOther(label)));
  }

  function options() {
    const { mediaType, digest, size } = image.descriptor;
    return {
      target: { mediaType, digest, size },
      timestamp: async (signature: Buffer) => makeToken(authority, signature),
    };
  }

  async function passesHere(layout: string): Promise<boolean> {
    const route = `registry.example.test=oci-layout:${layout}`;
    const reference = `${SCOPE}@${image.descriptor.digest}`;
    const flags = ['--offline', '--registry', route, '--notation-config', 'notation'];
    return (await runCommand(verify, directory, ...flags, reference)).code === 0;
  }

  function passesThere(layout: string): boolean {
    try {
      execFileSync('notation', ['verify', '--oci-layout', `${layout}@${image.descriptor.digest}`, '--scope', SCOPE], {
        env: { ...process.env, NOTATION_EXPERIMENTAL: '1', XDG_CONFIG_HOME: directory },
        stdio: 'ignore',
      });
      return true;
    } catch {
      return false;
    }
  }
});
