import { diffPackages } from '../attestations/sbom/diff.js';
import { readElements } from '../attestations/sbom/elements.js';
import { installedPackages } from '../attestations/sbom/sbom.js';
import { optionalField } from '../lib/collections.js';
import { terminal } from '../lib/escape/visible.js';
import { parsePlatform } from '../references/platform.js';
import { IMAGE_OPTIONS, readChoice } from './arguments.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { defineCommand } from './define-command.js';
import { type NamedSbomError, readNamedSbom } from './named-sbom.js';

const USAGE = `Usage: base-image-gate sbom FILE|IMAGE [--diff FILE|IMAGE] [--format text|json] [--platform OS/ARCH]
       [--policy FILE] [--registry HOST=HOST2/PREFIX|oci-layout:DIR]… [--offline] [--trusted-root FILE]

Shows the packages of an SBOM (SPDX 2.2 and 2.3 in JSON or tag-value, CycloneDX 1.4 to 1.7 in JSON) and which
of the minimum elements it has: of a file, or of the SBOM attested of an image. --diff shows what changed since another.
Exit codes: 0 shown, 1 none, unsigned, or a format that is not read, 2 it could not be read, 3 wrong usage or policy.
`;

const OPTIONS = {
  diff: { type: 'string' },
  format: { type: 'string' },
  platform: { type: 'string' },
  ...IMAGE_OPTIONS,
} as const;

/** `sbom`: the inventory of a document, its elements, and what changed since another. */
export const sbom: Command = defineCommand(
  { name: 'sbom', usage: USAGE, options: OPTIONS, arguments: 1 },
  async ({ values, positionals, io, wrong }) => {
    const format = readChoice('--format', values.format, ['text', 'json'], 'text');
    if (!format.ok) return wrong(format.error);
    const platform = parsePlatform(values.platform ?? 'linux/amd64');
    if (!platform.ok) return wrong(`--platform: ${platform.error}.`);
    const [name] = positionals;
    if (name === undefined) return wrong('A FILE or an IMAGE is needed.');

    const asked = { flags: values, platform: platform.value };
    const read = await readNamedSbom(name, asked, io);
    if (!read.ok) return tell(read.error, io);
    const other = values.diff === undefined ? undefined : await readNamedSbom(values.diff, asked, io);
    if (other?.ok === false) return tell(other.error, io);

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
    if (format.value === 'json') {
      const { sbomJson } = await import('./sbom-document.js');
      io.stdout(sbomJson(shown));
    } else {
      const { sbomText } = await import('./sbom-text.js');
      io.stdout(sbomText(shown));
    }
    for (const doubt of read.value.doubts) io.stderr(`sbom: ${terminal(doubt)}\n`);
    for (const doubt of other?.value.doubts ?? []) io.stderr(`sbom: ${terminal(`${values.diff}: ${doubt}`)}\n`);
    return attested?.counts === false || other?.value.attested?.counts === false ? 1 : 0;
  },
);

function tell({ code, message }: NamedSbomError, io: CommandIo): ExitCode {
  io.stderr(`sbom: ${message.trimEnd().split('\n').map(terminal).join('\n')}\n`);
  return code;
}
