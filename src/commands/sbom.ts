import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { diffPackages } from '../evidence/sbom/diff.js';
import { readElements } from '../evidence/sbom/elements.js';
import { SBOM_LIMITS } from '../evidence/sbom/limits.js';
import { readSbom } from '../evidence/sbom/read.js';
import { installedPackages, type Sbom } from '../evidence/sbom/sbom.js';
import { overLimit, type SbomError } from '../evidence/sbom/sbom-error.js';
import { err, ok, type Result } from '../result.js';
import { readArguments, readChoice } from './arguments.js';
import type { Command, CommandIo, ExitCode } from './command.js';

const USAGE = `Usage: base-image-gate sbom FILE [--diff OTHER] [--format text|json]

Shows the packages of a bill of materials (SPDX 2.2 and 2.3 in JSON or tag-value, CycloneDX 1.4 to 1.7 in JSON) and which
of the minimum elements it has. --diff shows what changed from OTHER to it.
Exit codes: 0 it was read, 1 a format that is not read, 2 it could not be read, 3 wrong usage.
`;

/** `sbom`: the inventory of a document, its elements, and what changed since another. */
export const sbom: Command = async (args, io) => {
  const wrong = (message: string): 3 => {
    io.stderr(`sbom: ${message}\n\n${USAGE}`);
    return 3;
  };
  const parsed = readArguments(
    args,
    { diff: { type: 'string' }, format: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    1,
  );
  if (!parsed.ok) return wrong(parsed.error);
  const { values, positionals } = parsed.value;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const format = readChoice('--format', values.format, ['text', 'json'], 'text');
  if (!format.ok) return wrong(format.error);
  const [name] = positionals;
  if (name === undefined) return wrong('No file was named.');

  const read = await readNamed(name, io);
  if (!read.ok) return read.error;
  const other = values.diff === undefined ? undefined : await readNamed(values.diff, io);
  if (other?.ok === false) return other.error;
  const elements = readElements(read.value, { now: new Date() });
  const diff =
    other === undefined ? undefined : diffPackages(installedPackages(other.value), installedPackages(read.value));
  if (format.value === 'json') {
    const { sbomJson } = await import('./sbom-document.js');
    io.stdout(sbomJson(read.value, elements, diff));
  } else {
    const { sbomText } = await import('./sbom-text.js');
    io.stdout(sbomText(read.value, elements, diff));
  }
  return 0;
};

async function readNamed(name: string, io: CommandIo): Promise<Result<Sbom, ExitCode>> {
  const path = resolve(io.cwd, name);
  let read: Result<Sbom, SbomError>;
  try {
    const { size } = await stat(path);
    read =
      size > SBOM_LIMITS['sbom-bytes']
        ? err(overLimit('sbom-bytes', `has ${size} bytes`))
        : readSbom(await readFile(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    io.stderr(`sbom: ${name} could not be opened: ${reason}. Expected a file with a bill of materials.\n`);
    return err(3);
  }
  if (read.ok) return ok(read.value);
  io.stderr(`sbom: ${name}: ${read.error.message}. ${read.error.remedy}\n`);
  return err(read.error.status === 'unsupported' ? 1 : 2);
}
