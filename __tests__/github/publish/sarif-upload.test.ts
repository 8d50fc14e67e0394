import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type SarifUpload, uploadSarif } from '../../../src/github/publish/sarif-upload.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';

const github = useGitHub();
const waits: number[] = [];

const upload = (token = 'write', sarif = '{"version":"2.1.0"}'): SarifUpload => ({
  client: github.client(token),
  repository: REPOSITORY,
  commit: 'a'.repeat(40),
  ref: 'refs/pull/7/merge',
  sarif,
  wait: async (milliseconds) => {
    waits.push(milliseconds);
  },
});

test('the document arrives whole, and is waited for', async () => {
  expect(await uploadSarif(upload())).toEqual({ ok: true, value: 'complete' });
  expect(github.state.uploads).toMatchObject([{ sarif: '{"version":"2.1.0"}', ref: 'refs/pull/7/merge' }]);
  expect(github.server.operations()).toContain('code-scanning/get-sarif');
});

test('what GitHub rejects while processing is shown', async () => {
  github.state.sarifErrors = ['rejecting SARIF, as there are more runs than allowed'];
  const outcome = await uploadSarif(upload());
  expect(outcome).toMatchObject({ ok: false, error: { code: 'rejected' } });
  if (!outcome.ok) expect(outcome.error.message).toContain('more runs than allowed');
});

test('an upload that GitHub does not know yet is asked for again', async () => {
  github.server.faults.push({ operation: 'code-scanning/get-sarif', status: 404 });
  expect(await uploadSarif(upload())).toEqual({ ok: true, value: 'complete' });
});

test('waiting ends', async () => {
  for (let index = 0; index < 6; index++) {
    github.server.faults.push({ operation: 'code-scanning/get-sarif', status: 404 });
  }
  waits.length = 0;
  expect(await uploadSarif(upload())).toEqual({ ok: true, value: 'still-processing' });
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(60_000);
});

test('what is too large even compressed is not sent', async () => {
  const outcome = await uploadSarif(upload('write', randomBytes(12 * 1024 * 1024).toString('latin1')));
  expect(outcome).toMatchObject({ ok: false, error: { code: 'limit' } });
  expect(github.server.operations()).toEqual([]);
});

test('a token that may not is reported the lines to add', async () => {
  const outcome = await uploadSarif(upload('read'));
  expect(outcome).toMatchObject({ ok: false, error: { code: 'no-permission' } });
  if (!outcome.ok) expect(outcome.error.fix).toContain('security-events: write');
});

test('a repository without code scanning is reported what GitHub says', async () => {
  const message = 'Advanced Security must be enabled for this repository to use code scanning.';
  github.server.faults.push({ operation: 'code-scanning/upload-sarif', status: 403, message });
  const outcome = await uploadSarif(upload());
  expect(outcome).toMatchObject({ ok: false, error: { code: 'rejected' } });
  if (!outcome.ok) expect(outcome.error.message).toContain(message);
});
