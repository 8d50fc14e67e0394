import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { useBundledCli } from '../support/process/bundled-cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = useBundledCli();

describe('the gate on its own repository', () => {
  test('finds nothing but what a registry has to answer, and leaves the examples to their own policy', () => {
    const { code, stdout } = cli.run(['check', root, '--offline', '--format', 'json'], root);
    const report = JSON.parse(stdout);
    expect([code, report.verdict, report.policy.profile]).toEqual([2, 'indeterminate', 'strict']);
    const outcomes: { outcome: string; cause?: string }[] = report.findings;
    expect(outcomes.filter(({ outcome, cause }) => outcome !== 'indeterminate' || cause !== 'offline')).toEqual([]);
    const read = report.files.filter(({ status }: { status: string }) => status !== 'skipped');
    expect(read.map(({ path }: { path: string }) => path)).toEqual(['packaging/image/Dockerfile']);
  });

  test('has a policy without an error or a warning', () => {
    const { code, stdout, stderr } = cli.run(['policy', 'validate', '.github/base-image-gate.yml'], root);
    expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('0 errors, 0 warnings')]);
  });
});
