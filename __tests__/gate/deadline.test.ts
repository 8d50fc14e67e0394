import { describe, expect, test } from '@jest/globals';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { verdictReason } from '../../src/reports/tally.js';
import { gateRun } from '../support/gate-run.js';
import { makeImage } from '../support/image/image-maker.js';
import { layoutOf } from '../support/image/layout-of.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { withRunTime } from '../support/run-time.js';

const POLICY = 'version: 1\nprofile: baseline\nallow: [{ image: "demo.example/**", signed: false, reason: ours }]\n';
const FILES = { Dockerfile: 'FROM demo.example/slow:1 AS a\nFROM demo.example/fast:1\nCOPY --from=a /x /x\n' };
const never = () => new Promise<never>(() => undefined);

/** Answers for one repository, and hangs for the other. */
async function halfHanging(): Promise<ImageSource> {
  const layout = await layoutOf({ 'demo.example/fast:1': await makeImage({ config: { User: '65532' } }) });
  return {
    resolveTag: (repository, tag) => (repository.repository === 'slow' ? never() : layout.resolveTag(repository, tag)),
    manifest: layout.manifest.bind(layout),
    blob: layout.blob.bind(layout),
    blobStream: layout.blobStream.bind(layout),
    referrers: layout.referrers.bind(layout),
    tags: layout.tags.bind(layout),
  };
}

describe('a run whose time is over', () => {
  test('reports what it found, and names what is missing once', async () => {
    const source = await halfHanging();
    const report = await withRunTime((pass) =>
      gateRun({ files: FILES, policy: POLICY, source, evaluated: (done) => (done === 1 ? pass() : undefined) }),
    );
    expect(report.verdict).toBe('indeterminate');
    expect(report.coverage).toMatchObject({ references: 2, unchecked: 1 });
    expect(report.limits).toEqual([{ name: 'run-ms', message: expect.stringContaining('10 min') }]);
    expect(verdictReason(report)).toContain('(limit run-ms): 1 reference not checked');
    const fast = report.answers.filter(({ image }) => image?.includes('fast'));
    expect(fast.map(({ outcome }) => outcome)).toContain('pass');
  });

  test('does not pass for build files that it did not get to', async () => {
    const tree = openWorkingTree(makeDirectory(FILES), { allFiles: true });
    const report = await withRunTime((pass) => {
      const read = () => {
        pass();
        return never();
      };
      return gateRun({ files: { name: tree.name, entries: () => tree.entries(), read }, policy: POLICY });
    });
    expect(report.verdict).toBe('indeterminate');
    expect(report.files).toMatchObject([{ status: 'unreadable', reason: expect.stringContaining('run-ms') }]);
  });

  test('does not hold up a run that is done before', async () => {
    const source = await layoutOf({
      'demo.example/fast:1': await makeImage({ config: { User: '65532' } }),
      'demo.example/slow:1': await makeImage(),
    });
    const report = await gateRun({ files: FILES, policy: POLICY, source });
    expect(report.limits).toEqual([]);
    expect(report.coverage.unchecked).toBe(0);
  });
});
