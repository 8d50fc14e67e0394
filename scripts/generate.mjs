// Writes what is made from the source: docs/rules/, schemas/, and the tables of inputs and outputs in README.md and docs/events.md.
// Usage: node scripts/generate.mjs [--check]       --check writes nothing and fails where a file is stale.
import { root, withTypeScript } from './run-typescript.mjs';

const check = process.argv.includes('--check');
await withTypeScript('scripts/generate/generated.ts', ({ stale, write }) => {
  const paths = check ? stale(root) : write(root);
  for (const path of paths) process.stdout.write(`${path}\n`);
  if (check && paths.length > 0) {
    process.stderr.write('These files are not what npm run generate writes. Run it and commit the result.\n');
    process.exitCode = 1;
  }
});
