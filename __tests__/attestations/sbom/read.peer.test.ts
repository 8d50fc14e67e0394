import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readSbom } from '../../../src/attestations/sbom/read.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const count = z.object({
  file: z.string(),
  reader: z.string().optional(),
  packages: z.number(),
  purls: z.number(),
  error: z.string().optional(),
});

/** What the official Go libraries of SPDX and CycloneDX count: __tests__/peers/sbom-count. */
function countByPeer(files: readonly string[]): readonly z.infer<typeof count>[] {
  const { stdout, status } = spawnSync('sbom-count', { input: files.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => count.parse(JSON.parse(line)));
}

describeWithPeers(['sbom-count'], 'beside the official Go libraries', () => {
  describeWithSharedData('sboms', 'over documents found in public', () => {
    test('packages and purls are as many in every document that both read', () => {
      const directory = sharedData('sboms');
      const differing: unknown[] = [];
      const tally = { both: 0, oursOnly: 0, theirsOnly: 0 };
      for (const { file, reader, packages, purls, error } of countByPeer(
        readdirSync(directory).map((name) => `${directory}/${name}`),
      )) {
        const read = readSbom(readFileSync(file));
        if (!read.ok && error === undefined) tally.theirsOnly += 1;
        if (read.ok && error !== undefined) tally.oursOnly += 1;
        if (!read.ok || error !== undefined) continue;
        tally.both += 1;
        const ours = {
          packages: read.value.packages.length,
          purls: read.value.packages.filter(({ purl }) => purl !== undefined).length,
        };
        if (ours.packages !== packages || ours.purls !== purls) differing.push({ file, reader, ours, packages, purls });
      }
      expect(differing).toEqual([]);
      // What only they read are versions that are not supported, such as SPDX 2.1, and what is no CycloneDX at all.
      expect(tally).toEqual({ both: 465, oursOnly: 273, theirsOnly: 5 });
    });
  });
});
