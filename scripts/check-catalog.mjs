// Verifies an image of each verifiable publisher of the catalog against its live registry: npm run catalog:check.
// Exit code 1: an entry no longer holds. 2: one could not be checked. Logins are those of `docker login`.
import { withTypeScript } from './run-typescript.mjs';

process.exitCode = await withTypeScript('scripts/catalog/run.ts', ({ run }) => run());
