import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { useBundledCli } from '../support/process/bundled-cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = useBundledCli();

describe('the gate on its own repository', () => {
  test('passes, and leaves the examples to their own policy', () => {
    const { code, stdout } = cli.run(['check', root, '--offline', '--format', 'json'], root);
    const report = JSON.parse(stdout);
    expect([code, report.verdict, report.findings]).toEqual([0, 'pass', []]);
    expect(report.policy).toMatchObject({ source: '.github/base-image-gate.yml', profile: 'strict' });
    expect(report.files.filter(({ status }: { status: string }) => status !== 'skipped')).toEqual([]);
  });

  test('has a policy without an error or a warning', () => {
    const { code, stdout, stderr } = cli.run(['policy', 'validate', '.github/base-image-gate.yml'], root);
    expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('0 errors, 0 warnings')]);
  });
});
