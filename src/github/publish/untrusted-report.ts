import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { codeOf } from '../../lib/caught.js';
import { err, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { readCheck } from '../../reports/read-check.js';
import type { Report } from '../../reports/report.js';

/** The same as what a report may have in characters; what is longer is not even read. */
export const MAX_REPORT_BYTES = 16 * 1024 * 1024;

/**
 * Reads the report that an untrusted run uploaded. The owner of the fork controls every byte of it, and the
 * archive it came in: a link is not followed, and nothing in the text is more than text. Fails with a sentence.
 */
export async function readUntrustedReport(path: string): Promise<Result<Report, string>> {
  let text: string;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat().then((stat) => (stat.isFile() ? stat : { size: -1 }));
      if (size < 0) return err('The report is not a regular file.');
      if (size > MAX_REPORT_BYTES)
        return err(`The report has ${plural(size, 'byte')}; at most ${plural(MAX_REPORT_BYTES, 'byte')} are read.`);
      text = new TextDecoder().decode(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = codeOf(error) ?? 'unknown';
    const reason = code === 'ELOOP' ? 'it is a link' : code === 'ENOENT' ? 'there is no such file' : code;
    return err(`The report could not be read: ${reason}. Name the file that actions/download-artifact downloaded.`);
  }
  return parseUntrustedReport(text);
}

/** Reads the text of such a report: checked against the published shape, and nothing in it is more than text. */
export function parseUntrustedReport(text: string): Result<Report, string> {
  const read = readCheck(text);
  if (!read.ok) return err(`${read.error.message} ${read.error.fix}`);
  const outside = linkedFiles(read.value).find(leavesRepository);
  if (outside === undefined) return read;
  return err(`The report names the file ${JSON.stringify(outside)}, which is not a path in a repository.`);
}

/** The files that comment, summary and SARIF lead to. */
function linkedFiles({ findings, answers, uses, waivers }: Report): readonly string[] {
  return [
    ...findings.map(({ location }) => location.file),
    ...answers.map(({ location }) => location.file),
    ...uses.map(({ file }) => file),
    ...waivers.flatMap(({ at }) => at?.file ?? []),
  ];
}

/** Whether a path, as a reader of SARIF or a browser may resolve it, leads out of the repository or is an address. */
function leavesRepository(path: string): boolean {
  return /^[\\/]|^[A-Za-z][A-Za-z0-9+.-]*:|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path);
}
