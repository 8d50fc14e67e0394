// One command of the survey, as the command line runs it, and the memory that it took at most.
import { writeFileSync } from 'node:fs';
import { LOADERS } from '../../src/cli/commands.js';

const [command = '', peakFile = '', ...args] = process.argv.slice(2);
const load = LOADERS[command];
if (load === undefined) throw new Error(`There is no command ${command}`);
const run = await load();
const code = await run(args, {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  program: 'base-image-gate',
  color: false,
  columns: 120,
  progress: false,
});
writeFileSync(peakFile, String(process.resourceUsage().maxRSS / 1024));
process.exit(code);
