// Run by bench/scale/scale.mjs: makes the repositories and the images, runs the command line over them and prints the tables.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MadeContent, makeImage, makeIndex } from '../../__tests__/support/image/image-maker.js';
import { writeLayout } from '../../__tests__/support/image/image-maker-layout.js';
import { startRegistry } from '../../__tests__/support/registry/registry-server.js';
import { startDelayedProxy } from '../signatures/delayed-proxy.js';

interface Size {
  readonly files: number;
  readonly images: number;
}

type Kind = 'http' | 'layout' | 'unknown';

interface Task {
  readonly cli: string;
  /** What writes a process's peak of memory. */
  readonly peak: string;
  readonly roundTripMs: number;
  readonly kinds: readonly Kind[];
  readonly sizes: Readonly<Record<Kind, readonly Size[]>>;
}

interface Run extends Size {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly requests: number;
  readonly jsonMegabytes: number;
  readonly textLines?: number;
}

// Written by scale.mjs.
const task = JSON.parse(process.argv[2] ?? '') as Task;
const directory = mkdtempSync(join(tmpdir(), 'bench-scale-'));
const json = join(directory, 'report.json');
const text = join(directory, 'report.txt');

/** Images of two platforms, each with a layer of its own. */
async function makeImages(count: number): Promise<readonly MadeContent[]> {
  const made: MadeContent[] = [];
  for (let number = 0; number < count; number++) {
    const options = {
      config: { Labels: { number: String(number) }, User: '1000' },
      layers: [[{ path: 'etc/hostname', content: `image ${number}\n` }]],
    };
    made.push(makeIndex([await makeImage(options), await makeImage({ ...options, platform: 'linux/arm64' })]));
  }
  return made;
}

/** Build files of two stages on an image each; every second image is named with its digest, where the images are there. */
function writeRepository(place: string, { files, images }: Size, host: string, made: readonly MadeContent[]): void {
  const reference = (at: number) => {
    const number = at % images;
    const content = number % 2 === 0 ? undefined : made[number];
    const pin = content === undefined ? '' : `@${content.descriptor.digest}`;
    return `${host}/base/image-${number}:1.0${pin}`;
  };
  for (let number = 0; number < files; number++) {
    const service = join(place, `service-${number}`);
    mkdirSync(service, { recursive: true });
    const stages = `FROM ${reference(number)} AS build\nRUN make\nFROM ${reference(number + 1)}\n`;
    writeFileSync(join(service, 'Dockerfile'), `${stages}COPY --from=build /out /out\n`);
  }
}

/** Runs `check` with JSON. */
async function run(place: string, size: Size, flags: readonly string[], requests: () => number): Promise<Run> {
  const peakFile = join(directory, 'peak');
  const before = requests();
  const start = performance.now();
  const { status, complaint } = await exitOf(
    ['--import', task.peak, task.cli, 'check', place, '--format', 'json', '--output', json, ...flags],
    { PATH: process.env['PATH'], HOME: directory, PEAK_FILE: peakFile },
  );
  const seconds = (performance.now() - start) / 1000;
  if (status === null || status > 2) throw new Error(`check ended with ${status}: ${complaint}`);
  const asked = requests() - before;
  return {
    ...size,
    seconds,
    peakMegabytes: Number(readFileSync(peakFile, 'utf8')),
    requests: asked,
    jsonMegabytes: statSync(json).size / 1e6,
  };
}

async function linesOf(place: string, flags: readonly string[]): Promise<number> {
  const args = [task.cli, 'check', place, '--output', text, ...flags];
  await exitOf(args, { PATH: process.env['PATH'], HOME: directory });
  return readFileSync(text, 'utf8').split('\n').length - 1;
}

function exitOf(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | null; complaint: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, complaint }));
  });
}

/** How steeply a figure grows from one size to the next that has more of what counts. */
function exponent(before: Run | undefined, after: Run): string {
  if (before === undefined) return '';
  const growth = after.files / before.files;
  return (Math.log(after.seconds / before.seconds) / Math.log(growth)).toFixed(2);
}

function table(title: string, runs: readonly Run[]): void {
  const head = ['run', 'build files', 'images', 's', 'peak MB', 'requests', 'JSON MB', 'lines of text', 'exponent'];
  const rows = runs.map((one, at) => [
    title,
    one.files,
    one.images,
    one.seconds.toFixed(2),
    one.peakMegabytes.toFixed(0),
    one.requests,
    one.jsonMegabytes.toFixed(1),
    one.textLines ?? '',
    exponent(runs[at - 1], one),
  ]);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

const policyFile = join(directory, 'policy.yml');
const writePolicy = (registries: string) =>
  writeFileSync(policyFile, `version: 1\nprofile: baseline\nregistries: ${registries}\n`);
const flags = ['--policy', policyFile];

async function overHttp(): Promise<void> {
  const [cold, warm]: [Run[], Run[]] = [[], []];
  for (const size of task.sizes.http) {
    const made = await makeImages(size.images);
    const registry = await startRegistry();
    const [address = '', port = ''] = registry.host.split(':');
    const proxy = await startDelayedProxy({ host: address, port: Number(port) }, task.roundTripMs);
    for (const [number, image] of made.entries()) registry.push(`base/image-${number}`, image, '1.0');
    const place = join(directory, 'http');
    writeRepository(place, size, proxy.host, made);
    writePolicy(`{ "${proxy.host}": { insecure: true, private-network: true } }`);
    rmSync(join(directory, '.cache'), { recursive: true, force: true });
    const requests = () => registry.requests.length;
    cold.push(await run(place, size, flags, requests));
    warm.push({ ...(await run(place, size, flags, requests)), textLines: await linesOf(place, flags) });
    await proxy.close();
    await registry.close();
    rmSync(place, { recursive: true });
  }
  table(`a registry, round trip ${task.roundTripMs} ms`, cold);
  table('the same again', warm);
}

async function fromLayout(): Promise<void> {
  const runs: Run[] = [];
  for (const size of task.sizes.layout) {
    const made = await makeImages(size.images);
    const place = join(directory, 'layout');
    const layout = join(directory, 'images');
    await writeLayout(
      layout,
      made.map((content, number) => ({ content, name: `demo.example/base/image-${number}:1.0` })),
    );
    writeRepository(place, size, 'demo.example', made);
    writePolicy(`{ demo.example: { layout: ${JSON.stringify(layout)} } }`);
    runs.push(await run(place, size, [...flags, '--offline'], () => 0));
    for (const path of [place, layout]) rmSync(path, { recursive: true });
  }
  table('an OCI image layout', runs);
}

async function unknownImages(): Promise<void> {
  const runs: Run[] = [];
  for (const size of task.sizes.unknown) {
    const place = join(directory, 'unknown');
    writeRepository(place, size, 'demo.example', []);
    writePolicy('{ demo.example: {} }');
    runs.push(await run(place, size, [...flags, '--offline'], () => 0));
    rmSync(place, { recursive: true });
  }
  table('offline, nothing known', runs);
}

const kinds: Readonly<Record<Kind, () => Promise<void>>> = {
  http: overHttp,
  layout: fromLayout,
  unknown: unknownImages,
};
try {
  for (const kind of task.kinds) await kinds[kind]();
} finally {
  rmSync(directory, { recursive: true });
}
