// Renders the comment and the summary as GitHub shows them, at desktop and phone width, into docs/images.
// Usage: .ci/peer chromium fonts-noto-color-emoji fonts-liberation && node scripts/screenshots.mjs [--out DIR]
// GitHub's style sheet and Mermaid come from npm, at the versions in screenshots/npm-package.ts.
import { join, resolve } from 'node:path';
import { root, withTypeScript } from './run-typescript.mjs';

const outFlag = process.argv.indexOf('--out');
const out = outFlag < 0 ? join(root, 'docs/images') : resolve(process.argv[outFlag + 1] ?? 'docs/images');
await withTypeScript('scripts/screenshots/take.ts', async ({ takeScreenshots }, directory) => {
  for (const name of await takeScreenshots(out, directory)) process.stdout.write(`${name}\n`);
});
