import { diffPackages } from '../attestations/sbom/diff.js';
import { readElements } from '../attestations/sbom/elements.js';
import { installedPackages } from '../attestations/sbom/sbom.js';
import { optionalField } from '../lib/collections.js';
import { terminal } from '../lib/escape/visible.js';
import { readPlatform } from './arguments.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { defineCommand } from './define-command.js';
import { SBOM } from './definitions.js';
import { type NamedSbomError, readNamedSbom } from './named-sbom.js';
import { writeOutput } from './write-output.js';

/** `sbom`: the inventory of a document, its elements, and what changed since another. */
export const sbom: Command = defineCommand(SBOM, async ({ values, positionals, io, wrong }) => {
  const platform = readPlatform(values.platform);
  if (!platform.ok) return wrong(platform.error);
  const [name = ''] = positionals;

  const options = { flags: values, platform: platform.value };
  const read = await readNamedSbom(name, options, io);
  if (!read.ok) return report(read.error, io);
  const other = values.diff === undefined ? undefined : await readNamedSbom(values.diff, options, io);
  if (other?.ok === false) return report(other.error, io);

  const { sbom: document, attested } = read.value;
  const signer = attested?.signer;
  const shown = {
    sbom: document,
    elements: readElements(document, { now: new Date(), ...optionalField('signer', signer) }),
    ...optionalField('attested', attested),
    ...(other === undefined
      ? {}
      : { diff: diffPackages(installedPackages(other.value.sbom), installedPackages(document)) }),
  };
  const text =
    values.format === 'json'
      ? (await import('./sbom-document.js')).sbomJson(shown)
      : (await import('./sbom-text.js')).sbomText(shown);
  if (!(await writeOutput(text, values.output, io))) return 2;
  for (const doubt of read.value.doubts) io.stderr(`sbom: ${terminal(doubt)}\n`);
  for (const doubt of other?.value.doubts ?? []) io.stderr(`sbom: ${terminal(`${values.diff}: ${doubt}`)}\n`);
  return attested?.counts === false || other?.value.attested?.counts === false ? 1 : 0;
});

function report({ code, message }: NamedSbomError, io: CommandIo): ExitCode {
  io.stderr(`sbom: ${message.trimEnd().split('\n').map(terminal).join('\n')}\n`);
  return code;
}
