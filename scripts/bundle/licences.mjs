import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licence texts of the packages in the bundle, in one text. */
export function licences(packages) {
  const texts = packages.map(({ id, license, folder }) => {
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text =
      file === undefined
        ? `(the package holds no licence file; it declares ${license ?? 'none'})`
        : readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim();
    return `${id} (${license ?? 'no licence declared'})\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
