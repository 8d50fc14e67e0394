// Takes what survived at the top of a module out of a group's kept results, so that it is tried again: Stryker knows which
// tests reach a function, and tries it again when one is new, but takes any test for one that may reach a constant.
// Usage: node scripts/mutation/forget-survivors.mjs .mutants/GROUP.json
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [path] = process.argv.slice(2);
if (path !== undefined && existsSync(path)) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  for (const file of Object.values(report.files)) {
    file.mutants = file.mutants.filter((mutant) => !(mutant.static === true && mutant.status === 'Survived'));
  }
  writeFileSync(path, JSON.stringify(report));
}
