import { describe, expect, test } from '@jest/globals';
import type { ImageUse } from '../../src/build-files/image-use.js';
import { loadCatalog } from '../../src/catalog/catalog.js';
import { baseReference, type Change } from '../../src/gate/change.js';
import { builtInPolicy } from '../../src/policy/baseline.js';
import { formatReference } from '../../src/references/reference.js';
import { makeUse } from '../support/report-maker.js';

const context = { policy: builtInPolicy('hardened'), catalog: loadCatalog() };
const change = (baseUses: readonly ImageUse[] | null): Change => ({ changedFiles: null, baseUses, onlyNew: 'aging' });

function replaced(use: ImageUse, baseUses: readonly ImageUse[] | null): string {
  const base = baseReference(use, change(baseUses), context);
  if (base === undefined) return 'nothing is compared';
  return base.kind === 'image'
    ? formatReference(base.subject.reference)
    : `${base.kind}${'reason' in base ? `: ${base.reason}` : ''}`;
}

const NEW = makeUse('node:24');

describe('the image that a use replaces', () => {
  test('is that of the same repository, or of the same stage', () => {
    expect(replaced(NEW, [makeUse('debian:12'), makeUse('node:22')])).toBe('docker.io/library/node:22');
    expect(replaced(NEW, [makeUse('debian:12')])).toBe('docker.io/library/debian:12');
  });

  test('is none where the file, the instruction or the role is another', () => {
    const old = makeUse('node:22');
    expect(replaced(NEW, [])).toBe('none');
    expect(replaced(NEW, [{ ...old, file: 'other/Dockerfile' }])).toBe('none');
    expect(replaced(NEW, [{ ...old, instruction: 'COPY' }])).toBe('none');
    expect(replaced(NEW, [{ ...old, role: 'build' }])).toBe('none');
  });

  test('is unknown where the base ref could not be read, or names nothing that may be looked at', () => {
    expect(replaced(NEW, null)).toMatch(/^unknown: the build files/);
    expect(replaced(NEW, [{ ...makeUse('node:22'), reference: null }])).toMatch(
      /^unknown: the image that node:22 names/,
    );
    expect(replaced(NEW, [makeUse('registry.unheard-of.test/node:22')])).toMatch(/^unknown: neither the policy/);
  });

  test('is not asked for in a run that evaluates no change', () => {
    expect(baseReference(NEW, null, context)).toBeUndefined();
  });
});
