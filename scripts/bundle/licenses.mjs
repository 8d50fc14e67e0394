import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The license texts of the packages in the bundle, in one text. */
export function licenses(packages) {
  const texts = packages.map(({ id, license, directory }) => {
    const file = readdirSync(directory).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text =
      file === undefined
        ? `(the package holds no license file; it declares ${license ?? 'none'})`
        : readFileSync(join(directory, file), 'utf8').replace(/\r\n/g, '\n').trim();
    return `${id} (${license ?? 'no license declared'})\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
