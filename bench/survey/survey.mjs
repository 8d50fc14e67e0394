// A survey of a made organization over a loopback API and registry: requests for a repository, time and memory; the same
// interrupted and gone on with, under secondary limits, and in shards that are merged, which all have to come to the same
// bytes. Usage: node bench/survey/survey.mjs [REPOSITORIES] [IMAGES] [SHARDS]
import { fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledInChunks, node } from '../bundled.mjs';

const [repositories = '2000', images = '600', shards = '8'] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'bench-survey-'));
if (process.env.KEEP === undefined) process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const programs = join(directory, 'programs');
const program = await bundledInChunks('survey/run', programs);
const servers = fork(await bundledInChunks('survey/servers', programs), [repositories, images], { execPath: node });
process.on('exit', () => servers.kill());
const answer = () => new Promise((resolve) => servers.once('message', resolve));
const counted = async () => {
  const message = answer();
  servers.send('count');
  return await message;
};
const { apiUrl, host } = await answer();
const policy = join(directory, 'policy.yml');
writeFileSync(
  policy,
  `version: 1
profile: baseline
registries: { "${host}": { insecure: true, private-network: true } }
allow: [{ image: "${host}/good/**", signed: false, reason: made for the benchmark }]
rules: { allowed-base: error, no-known-vulnerabilities: off, supported: off, no-secrets: error }
`,
);

let runs = 0;
/** Runs a command; with `killAfter`, it is killed after so many milliseconds. */
async function run(command, args, { killAfter, cache = `cache-${runs}` } = {}) {
  const peakFile = join(directory, `peak-${runs++}`);
  const start = performance.now();
  const child = spawn(node, [program, command, peakFile, ...args], {
    cwd: directory,
    env: { ...process.env, GH_TOKEN: 'read-only', GITHUB_API_URL: apiUrl, XDG_CACHE_HOME: join(directory, cache) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  const seconds = (performance.now() - start) / 1000;
  const peak = killAfter !== undefined && code === null ? undefined : Number(readFileSync(peakFile, 'utf8'));
  if (![0, 2, null].includes(code)) throw new Error(`${command} ended with ${code}: ${errors}`);
  return { code, seconds, peak, errors };
}

const survey = (output, ...more) => ['--org', 'acme', '--policy', policy, '--output', output, ...more];
const written = (output) => readFileSync(join(directory, output, 'survey.json'));
const rows = [];
const held = [];
const is = (what, holds) => {
  held.push(`${holds ? 'yes' : 'NO'}: ${what}`);
  process.stderr.write(`${held.at(-1)}\n`);
};

const whole = await run('survey', survey('whole'));
const first = await counted();
const expected = written('whole');
const document = JSON.parse(expected);
const requests = Object.values(first.kinds).reduce((sum, count) => sum + count, 0);
const row = (name, { seconds, peak }, counts) => {
  const sent = Object.values(counts.kinds).reduce((sum, count) => sum + count, 0);
  rows.push(
    `| ${name} | ${seconds.toFixed(0)} | ${peak === undefined ? '' : peak.toFixed(0)} | ${sent} | ${(sent / Number(repositories)).toFixed(2)} | ${counts.registry} |`,
  );
};
row('one run', whole, first);
is(
  `${document.repositoryCount.surveyed} surveyed, ${document.failed.map(({ name }) => name).join(', ')} named as failed, exit code ${whole.code}`,
  document.repositoryCount.surveyed + document.failed.length === Number(repositories) && whole.code === 2,
);
is(
  `${document.images.length} images, and no blob of the registry was requested twice (${first.blobsTwice} of ${first.blobs})`,
  document.images.length === Number(images) && first.blobsTwice === 0,
);
is(
  `at most 3 requests a repository (${(requests / Number(repositories)).toFixed(2)})`,
  requests <= 3 * Number(repositories),
);
is(`at most 500 MB of memory (${(whole.peak * 1.048576).toFixed(0)} MB)`, whole.peak * 1.048576 <= 500);
is(
  'every request to the API had the token, and none to the registry a credential',
  first.withoutToken === 0 && first.withCredentials === 0,
);

let interruptions = 0;
for (const part of [0.15, 0.3, 0.45]) {
  const stopped = await run('survey', survey('resumed'), {
    killAfter: whole.seconds * 1000 * part,
    cache: 'cache-resumed',
  });
  if (stopped.code === null) interruptions += 1;
}
const resumed = await run('survey', survey('resumed'), { cache: 'cache-resumed' });
const again = await counted();
row(`killed ${interruptions} times and gone on with, all runs`, resumed, again);
is('the same bytes after it was interrupted', expected.equals(written('resumed')));
is(
  `what was on its way when it was killed is all that was requested twice (${again.treesTwice} listings of ${repositories}, ${again.blobsTwice} of ${again.blobs} blobs)`,
  again.treesTwice <= 50 * interruptions,
);
const parts = readdirSync(join(directory, 'resumed', 'state', 'readings')).filter((name) => !name.endsWith('.json'));
is(`no reading is left in part (${parts.length})`, parts.length <= interruptions);

servers.send('limits');
const limited = await run('survey', survey('limited'));
const limits = await counted();
row('under secondary limits', limited, limits);
is(
  `the same bytes under ${limits.refusals} refusals by secondary limits`,
  expected.equals(written('limited')) && limits.refusals > 0,
);
is(`nothing was sent while GitHub asked to wait (${limits.during})`, limits.during === 0);

const outputs = [];
let slowest = { seconds: 0, peak: 0 };
for (let shard = 1; shard <= Number(shards); shard++) {
  const output = `shard-${shard}`;
  const done = await run('survey', survey(output, '--shard', `${shard}/${shards}`));
  if (done.seconds > slowest.seconds) slowest = done;
  outputs.push(output);
}
row(`${shards} shards, the slowest; requests of all`, slowest, await counted());
const merged = await run('survey merge', [...outputs.reverse(), '--output', 'merged']);
rows.push(`| survey merge | ${merged.seconds.toFixed(1)} | ${merged.peak.toFixed(0)} | 0 | 0 | 0 |`);
for (const name of readdirSync(join(directory, 'whole')).filter((file) => file.startsWith('survey.')))
  is(
    `${name} of ${shards} shards merged is that of one run (${readFileSync(join(directory, 'whole', name)).length} bytes)`,
    readFileSync(join(directory, 'whole', name)).equals(readFileSync(join(directory, 'merged', name))),
  );
mkdirSync(directory, { recursive: true });

process.stdout.write(`${repositories} repositories, ${images} images

| run | seconds | peak MiB | requests to GitHub | for a repository | requests to the registry |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

${held.map((line) => `- ${line}`).join('\n')}
`);
servers.send('stop');
process.exit(held.some((line) => line.startsWith('NO')) ? 1 : 0);
