// Prints the tables. Usage: compare.mjs OURS ROUND_TRIP_MS IMAGES USES LAYER_MEGABYTES
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImage, makeIndex } from '../../__tests__/support/image/image-maker.js';
import { type RegistryServerOptions, startRegistry } from '../../__tests__/support/registry/registry-server.js';
import { startDelayedProxy } from '../signatures/delayed-proxy.js';
import type { Outcome, Task } from './task.js';

const [ours = '', roundTrip = '50', imageCount = '25', useCount = '40', megabytes = '2000'] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'bench-registry-'));
const CHUNK = Buffer.alloc(1 << 20, 7);

interface Measured {
  readonly outcome: Outcome;
  /** The whole process, from its start to its end. */
  readonly wall: number;
  readonly requests: number;
  /** The most requests that one image took, which are made one after the other. */
  readonly chain: number;
}

interface Place {
  readonly server: Awaited<ReturnType<typeof startRegistry>>;
  /** The registry's address behind a round trip of so many milliseconds. */
  behind(milliseconds: number): Promise<{ readonly host: string; close(): Promise<void> }>;
}

async function fill(options: RegistryServerOptions = {}): Promise<Place> {
  const server = await startRegistry(options);
  for (let number = 0; number < Number(imageCount); number++) {
    const config = { Labels: { number: String(number) } };
    const platforms = [await makeImage({ config }), await makeImage({ config, platform: 'linux/arm64' })];
    server.push(`base/image-${number}`, makeIndex(platforms), 'latest');
  }
  const [host = '', port = ''] = server.host.split(':');
  return { server, behind: (milliseconds) => startDelayedProxy({ host, port: Number(port) }, milliseconds) };
}

function run(command: string, arguments_: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...arguments_], { maxBuffer: 1 << 26 }, (error, output, complaint) =>
      error === null ? resolve(output) : reject(new Error(complaint)),
    );
  });
}

async function measure(place: Place, milliseconds: number, changes: Partial<Task> = {}): Promise<Measured> {
  const proxy = await place.behind(milliseconds);
  const measured = await measureAt(place, proxy.host, changes);
  await proxy.close();
  return measured;
}

async function measureAt({ server }: Place, host: string, changes: Partial<Task> = {}): Promise<Measured> {
  const uses = Array.from({ length: Number(useCount) }, (_, at) => `${host}/base/image-${at % Number(imageCount)}`);
  const task: Task = { host, uses, ...changes };
  server.forgetRequests();
  const start = performance.now();
  // What ours.ts prints is an Outcome.
  const outcome = JSON.parse(await run(process.execPath, [ours, JSON.stringify(task)])) as Outcome;
  const wall = (performance.now() - start) / 1000;
  const images = server.requests.map(({ url }) => /image-[0-9]+/.exec(url)?.[0]);
  const chain = Math.max(...images.map((image) => images.filter((other) => other === image).length));
  return { outcome, wall, requests: server.requests.length, chain };
}

/** The middle one of five, by time: one run alone says more of the machine than of the program. */
async function median(once: () => Promise<Measured>): Promise<Measured> {
  const runs: Measured[] = [];
  for (let round = 0; round < 5; round++) runs.push(await once());
  const middle = runs.sort((a, b) => a.outcome.seconds - b.outcome.seconds)[2];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** Round trips one after the other: how much longer a run takes for each millisecond more of a round trip. */
async function sequentialTrips(place: Place): Promise<number> {
  const [near, far] = [Number(roundTrip), 5 * Number(roundTrip)];
  const slow = await median(() => measure(place, far));
  const quick = await median(() => measure(place, near));
  return ((slow.outcome.seconds - quick.outcome.seconds) * 1000) / (far - near);
}

async function crane(place: Place, parallel: number): Promise<{ readonly wall: number; readonly requests: number }> {
  const proxy = await place.behind(Number(roundTrip));
  const images = Array.from({ length: Number(imageCount) }, (_, at) => `${proxy.host}/base/image-${at}`);
  const each = 'for c in digest manifest config; do crane $c --insecure "$0" >/dev/null || exit 255; done';
  place.server.forgetRequests();
  const start = performance.now();
  await run('bash', ['-c', `printf '%s\\n' ${images.join(' ')} | xargs -P ${parallel} -n 1 bash -c '${each}'`]);
  const wall = (performance.now() - start) / 1000;
  const requests = place.server.requests.length;
  await proxy.close();
  return { wall, requests };
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

const two = (value: number) => value.toFixed(2);
const open = await fill();
const tokens = await fill({ auth: { kind: 'token' } });
process.stdout.write(`${useCount} uses of ${imageCount} images of two platforms, round trip ${roundTrip} ms.\n\n`);

const cold = await median(() => measure(open, Number(roundTrip)));
// A cache knows images by their registry's name, so that the second run must meet the same address.
const proxy = await open.behind(Number(roundTrip));
const cached = { cacheDirectory: join(directory, 'cache') };
await measureAt(open, proxy.host, cached);
const second = await median(() => measureAt(open, proxy.host, cached));
await proxy.close();
const loop = await crane(open, 1);
const parallel = await crane(open, 8);
table(
  ['run', 'requests', 'wall s, process and all', 'look-ups alone s'],
  [
    ['base-image-gate', cold.requests, two(cold.wall), two(cold.outcome.seconds)],
    ['base-image-gate, second run, warm cache', second.requests, two(second.wall), two(second.outcome.seconds)],
    ['crane digest, manifest, config in a loop', loop.requests, two(loop.wall), ''],
    ['the same with xargs -P 8', parallel.requests, two(parallel.wall), ''],
  ],
);
process.stdout.write(
  `${two(loop.wall / cold.wall)} times faster than the loop, ${two(parallel.wall / cold.wall)} than xargs -P 8.\n\n`,
);

const withTokens = await measure(tokens, Number(roundTrip));
table(
  ['registry', 'requests', 'in a row, connecting included', 'the same by time', "the protocol's minimum"],
  [
    ['open', cold.requests, 1 + cold.chain, two(await sequentialTrips(open)), '4: connect, index, manifest, config'],
    [
      'with tokens',
      withTokens.requests,
      1 + withTokens.chain,
      two(await sequentialTrips(tokens)),
      '6: connect, 401, token, index, manifest, config',
    ],
  ],
);

const size = Number(megabytes) * CHUNK.length;
const hash = createHash('sha256');
for (let sent = 0; sent < size; sent += CHUNK.length) hash.update(CHUNK);
const digest = `sha256:${hash.digest('hex')}`;
const large = await fill({
  intercept(request: IncomingMessage, response: ServerResponse) {
    if (!request.url?.endsWith(digest)) return false;
    response.writeHead(200, { 'content-length': size });
    let sent = 0;
    const more = () => {
      while (sent < size && !response.destroyed) {
        sent += CHUNK.length;
        if (!response.write(CHUNK)) return;
      }
      response.end();
    };
    response.on('drain', more);
    more();
    return true;
  },
});
const small = await measure(large, 0);
const big = await measure(large, 0, { layer: { repository: 'base/image-0', digest, size } });
table(
  ['run', 'layer bytes read', 'peak memory MiB'],
  [
    ['images alone', small.outcome.layerBytes, small.outcome.peakMiB.toFixed(0)],
    ['and a large layer', big.outcome.layerBytes, big.outcome.peakMiB.toFixed(0)],
  ],
);
await Promise.all([open, tokens, large].map(({ server }) => server.close()));
rmSync(directory, { recursive: true });
