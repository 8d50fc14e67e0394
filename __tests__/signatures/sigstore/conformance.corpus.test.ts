import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readPublicKey } from '../../../src/signatures/key.js';
import { readBundle } from '../../../src/signatures/sigstore/sigstore-bundle.js';
import { readTrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyed, verifyKeyless } from '../../../src/signatures/sigstore/verify-material.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const DIRECTORY = 'signatures/conformance';
const NOW = new Date('2026-11-21T12:00:00Z');

describeWithSharedData(DIRECTORY, 'the sigstore conformance suite', () => {
  const directory = sharedData(DIRECTORY);
  const cases = existsSync(directory)
    ? readdirSync(directory).filter((name) => existsSync(`${directory}/${name}/bundle.sigstore.json`))
    : ['(no cases)'];

  test.each(cases.flatMap((name) => [[name, 'file'] as const, [name, 'digest'] as const]))(
    'passes for %s, by its %s',
    async (name, by) => {
      const file = (path: string, otherwise: string) =>
        readFileSync(
          existsSync(`${directory}/${name}/${path}`) ? `${directory}/${name}/${path}` : sharedData(otherwise),
        );
      const root = await readTrustedRoot(file('trusted_root.json', 'signatures/trusted_root.json'), 'the root');
      if (!root.ok) throw new Error(root.error.reason);
      const artifact = file('artifact', `${DIRECTORY}/a.txt`);
      const material = await readBundle(
        readFileSync(`${directory}/${name}/bundle.sigstore.json`),
        by === 'file' ? { bytes: artifact } : { sha256: createHash('sha256').update(artifact).digest() },
      );
      const verdict = !material.ok
        ? material
        : existsSync(`${directory}/${name}/key.pub`)
          ? await withKey(readFileSync(`${directory}/${name}/key.pub`, 'utf8'), (key) =>
              verifyKeyed(material.value, { name: 'key.pub', key, log: 'required' }, root.value, NOW),
            )
          : await verifyKeyless(material.value, root.value, NOW);
      expect({ name, ok: verdict.ok, ...(verdict.ok ? {} : { error: verdict.error }) }).toMatchObject({
        ok: !name.endsWith('_fail'),
      });
    },
  );
});

async function withKey<T>(pem: string, verify: (key: Parameters<typeof verifyKeyed>[1]['key']) => Promise<T>) {
  const key = readPublicKey(pem);
  return key.ok ? verify(key.value) : { ok: false as const, error: { code: 'malformed', reason: key.error } };
}
