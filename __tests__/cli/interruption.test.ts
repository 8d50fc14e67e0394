import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { type BundledCli, useBundledCli } from '../support/process/bundled-cli.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const cli = useBundledCli();

/** Runs `images` with a module loaded before it that spoils something. */
function runSpoilt(spoil: string): ReturnType<BundledCli['run']> {
  const directory = makeDirectory({ Dockerfile: 'FROM alpine:3.20\n' });
  const preload = `data:text/javascript,${encodeURIComponent(spoil)}`;
  return cli.run(['images', directory], directory, { NODE_OPTIONS: `--import=${preload}` });
}

describe('nothing was decided where', () => {
  test('an error inside a command is 2', () => {
    const done = runSpoilt(`process.stdout.write = () => { throw new Error('no paper'); };`);
    expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining('internal error: no paper') });
  });

  test('an exception that nobody caught is 2', () => {
    const done = runSpoilt(
      `process.stdout.write = () => { setImmediate(() => { throw new Error('no ink'); }); return true; };`,
    );
    expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was decided') });
  });

  test('a promise that nobody waited for is 2', () => {
    const done = runSpoilt(`process.stdout.write = () => { Promise.reject(new Error('no pen')); return true; };`);
    expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining('internal error: no pen') });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends the run: 2', async (signal) => {
    const directory = makeDirectory({ Dockerfile: 'FROM alpine:3.20\n' });
    // The command says that it is ready, and then has something to wait for.
    const preload = `process.stdout.write = (text) => { process.stderr.write('ready'); setInterval(() => {}, 1000); return true; };`;
    const child = spawn(process.execPath, [cli.entry, 'images', directory], {
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await once(child.stderr, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});
