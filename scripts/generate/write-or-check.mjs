import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes a generated file. With `--check` among the process's arguments it writes nothing, and the process fails where the
 * file is not what would be written; `script` is what to run then.
 */
export function writeOrCheck(target, source, script) {
  if (!process.argv.includes('--check')) {
    writeFileSync(target, source);
  } else if (readFileSync(target, 'utf8') !== source) {
    process.stderr.write(`${fileURLToPath(target)} is out of date; run node scripts/${script}\n`);
    process.exitCode = 1;
  }
}
