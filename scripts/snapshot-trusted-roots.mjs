// Writes the embedded trusted roots of Sigstore's public-good instance and of GitHub's, as their update repositories have
// them now: node scripts/snapshot-trusted-roots.mjs
import { root, withTypeScript } from './run-typescript.mjs';

await withTypeScript('scripts/snapshots/trusted-roots.ts', ({ run }) => run(root));
