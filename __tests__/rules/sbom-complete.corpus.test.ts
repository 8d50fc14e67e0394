import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readSbom } from '../../src/attestations/sbom/read.js';
import { installedPackages } from '../../src/attestations/sbom/sbom.js';
import { sbomComplete } from '../../src/rules/sbom-complete.js';
import { attestedSubject } from '../support/image/attested-image.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

describeWithSharedData('sboms', "apko's documents found in public", () => {
  test('pass in strict, but for those of an index, which list platforms and no packages', async () => {
    const directory = sharedData('sboms');
    const answers: unknown[] = [];
    for (const name of readdirSync(directory)) {
      const bytes = readFileSync(`${directory}/${name}`);
      const read = bytes.includes('Tool: apko') ? readSbom(bytes) : null;
      if (read?.ok !== true || installedPackages(read.value).length === 0) continue;
      const statements = [{ predicateType: 'https://spdx.dev/Document', predicate: bytes.toString('utf8') }];
      answers.push(sbomComplete.evaluate(await attestedSubject({ statements }), sbomComplete.presets.strict.options));
    }
    expect(answers).toEqual(Array(8).fill(expect.objectContaining({ outcome: 'pass' })));
  });
});
