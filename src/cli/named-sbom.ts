import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AttestedSbom, ImageSbom } from '../attestations/sbom/image-sbom.js';
import { readSbom } from '../attestations/sbom/read.js';
import type { Sbom } from '../attestations/sbom/sbom.js';
import { overLimit, SBOM_LIMITS } from '../attestations/sbom/sbom-error.js';
import { err, ok, type Result } from '../lib/result.js';
import { firstLines } from '../lib/text.js';
import type { Platform } from '../references/platform.js';
import type { CommandIo, ExitCode } from './command.js';
import type { ImageFlags } from './open-image.js';

/** An SBOM named on the command line: a file's, or the one attested for an image. */
export interface NamedSbom {
  readonly sbom: Sbom;
  /** Of an image: on whose word it stands, and whether that counts by the policy. */
  readonly attested?: Omit<AttestedSbom, 'sbom'> & { readonly counts: boolean };
  /** Of an image: why this may not be the truth, or not all that is attested; each a sentence. */
  readonly doubts: readonly string[];
}

/** Why there is none: the message for standard error, and the exit code. */
export interface NamedSbomError {
  readonly code: Exclude<ExitCode, 0>;
  readonly message: string;
}

/** What can't be an image's name: a path from here or from the root, or a name with a document's extension. */
const FILE_NAME = /^[./~]|\.(?:json|jsonl|spdx|cdx|xml|rdf|ya?ml|txt|gz)$/i;

/**
 * Reads the SBOM of a file, or the one attested of an image where there is no such file. A name that can
 * only be a file's is never requested from a registry.
 */
export async function readNamedSbom(
  name: string,
  { flags, platform }: { readonly flags: ImageFlags; readonly platform: Platform },
  io: CommandIo,
): Promise<Result<NamedSbom, NamedSbomError>> {
  const path = resolve(io.cwd, name);
  const size = await stat(path).then(
    // A directory may well be called like an image.
    (found) => (found.isFile() ? found.size : null),
    () => null,
  );
  if (size !== null) return readFileSbom(name, path, size);
  if (FILE_NAME.test(name)) {
    return err({
      code: 3,
      message: `There is no file ${name}. Expected a file with an SBOM, or an image.`,
    });
  }
  return readImageSbom(name, flags, platform, io);
}

async function readFileSbom(name: string, path: string, size: number): Promise<Result<NamedSbom, NamedSbomError>> {
  try {
    const read =
      size > SBOM_LIMITS['sbom-bytes']
        ? err(overLimit('sbom-bytes', `has ${size} bytes`))
        : readSbom(await readFile(path));
    if (read.ok) return ok({ sbom: read.value, doubts: [] });
    const { status, message, fix } = read.error;
    return err({ code: status === 'unsupported' ? 1 : 2, message: `${name}: ${message}. ${fix}` });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: 3,
      message: `${name} could not be opened: ${reason}. Expected a file with an SBOM.`,
    });
  }
}

async function readImageSbom(
  name: string,
  flags: ImageFlags,
  platform: Platform,
  io: CommandIo,
): Promise<Result<NamedSbom, NamedSbomError>> {
  // The verifier and the registry client are loaded for an image only.
  const { openImage } = await import('./open-image.js');
  const image = await openImage(name, flags, io);
  if (!image.ok) return err({ code: 3, message: image.error.message.trimEnd() });
  const evidence = await image.value.evidence.get(image.value.subjectOn(platform), 'sbom').finally(image.value.close);
  const { SBOM_WANTED } = await import('../rules/sbom-attested.js');
  const { withoutEvidence } = await import('../rules/without-evidence.js');
  switch (evidence.status) {
    case 'present': {
      const { sbom, ...attested } = evidence.value.chosen;
      const { counts } = evidence.value;
      return ok({ sbom, attested: { ...attested, counts }, doubts: doubtsOf(evidence.value) });
    }
    case 'absent':
    case 'unsupported':
    case 'unavailable': {
      const { outcome, message, fix, details = [] } = withoutEvidence(evidence, SBOM_WANTED);
      const code = outcome === 'fail' ? 1 : 2;
      const text = `${name}: ${message} ${fix}${code === 2 ? takenForImage(name) : ''}`;
      return err({ code, message: [text, ...details.map((line) => `  ${line}`)].join('\n') });
    }
  }
}

/** A bare word may have been meant for a file. */
function takenForImage(name: string): string {
  return /[/:@]/.test(name) ? '' : ` There is no file ${name} here, so it was taken for an image.`;
}

/** Contradictions that are shown before the rest is counted. */
const SHOWN = 20;

function doubtsOf({ counts, disagreements, problems }: ImageSbom): readonly string[] {
  return [
    ...(counts ? [] : ['It is unsigned, and counts only if the allow entry says `attestations: { unsigned: allow }`.']),
    ...firstLines(
      disagreements.map((one) => `Two SBOMs of this digest contradict each other: ${one}.`),
      SHOWN,
    ),
    ...problems.map((one) => `Another is attested and was not read: ${one}.`),
  ];
}
