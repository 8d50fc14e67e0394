import { z } from 'zod';
import { timestampsSchema } from '../attestations/timestamps/timestamps.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import type { DeepReadonly } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { evidenceFields } from '../reports/check-document.js';
import { evidenceDocument } from '../reports/evidence-document.js';
import { factsSchema, type InspectionFacts } from '../reports/inspection-facts.js';

/** The JSON of one image is complete: an inventory may be long. */
const LIMITS = { items: 100_000, characters: 16_384, depth: 10, total: 256 * 1024 * 1024 };

const text = z.string();
const count = z.int().min(0);

/** Evidence whose value has a fixed form. What is cut off for its length may miss anything. */
const evidenceOf = <V extends z.ZodType>(value: V) =>
  z.strictObject({ ...evidenceFields, value: z.exactOptional(value) });

const markFields = {
  kind: text,
  line: z.exactOptional(z.int().min(1)).describe('Absent in files that have no lines.'),
  isClosed: z.exactOptional(z.literal(true)).describe('Encrypted as a whole: it may hold only certificates.'),
  isLikely: z
    .exactOptional(z.literal(true))
    .describe('Often, but not always, a credential: a JSON Web Token, or a password in a URL.'),
  expires: z.exactOptional(z.number()).describe('When it expires, in seconds of Unix time, if it says so.'),
};

const contentSchema = z.strictObject({
  sha1: z.exactOptional(text),
  md5: z.exactOptional(text),
  sha256: z.exactOptional(text),
  form: z.enum(['empty', 'elf', 'script', 'text', 'binary']),
  interpreter: z.exactOptional(text),
  programs: z
    .exactOptional(z.array(text))
    .describe('Programs that are identified by content, regardless of the file name.'),
  catalog: z.exactOptional(
    z
      .strictObject({
        packages: z.array(z.strictObject({ type: text, name: text, version: text, inside: z.exactOptional(text) })),
        unread: z.array(text).describe('Types of packages that are recognized and not read.'),
        problems: z.array(text),
      })
      .describe('Packages that are inside the file.'),
  ),
  secrets: z.exactOptional(z.array(z.strictObject(markFields))),
  bytes: z.exactOptional(z.strictObject({ bytes: count })),
});

const fileSchema = z.strictObject({
  path: text.describe('Relative to the root; bytes that are not UTF-8 are written \\xNN.'),
  type: z.enum(['file', 'directory', 'link', 'character-device', 'block-device', 'fifo']),
  mode: z.int().min(0).max(0o7777),
  uid: count,
  gid: count,
  size: count,
  linkTarget: z.exactOptional(text),
  hardLinkTo: z.exactOptional(text),
  capabilities: z.exactOptional(z.array(text)),
  content: z.exactOptional(contentSchema),
});

const reasoned = z.array(z.strictObject({ path: text, reason: text }));

const filesystemSchema = z.strictObject({
  layers: z.array(
    z.strictObject({
      digest: text,
      diffId: text,
      mediaType: text,
      compressedBytes: count,
      uncompressedBytes: count,
      entries: count,
    }),
  ),
  fileCount: count.describe('Files and links.'),
  totalBytes: count,
  programs: z.array(
    z.strictObject({
      kind: z.enum([
        'shell',
        'package-manager',
        'language-package-manager',
        'download-tool',
        'compiler',
        'interpreter',
      ]),
      name: text,
      path: text,
      target: z.exactOptional(text),
      knownBy: z.enum(['name', 'content']),
    }),
  ),
  setUid: z.array(fileSchema),
  setGid: z.array(fileSchema),
  withCapabilities: z.array(fileSchema),
  worldWritable: z.array(fileSchema),
  devices: z.array(fileSchema),
  secrets: z
    .array(
      z.strictObject({
        path: text,
        ...markFields,
        layer: count.describe('0-based, from the bottom.'),
        hidden: z.boolean().describe('A later layer removes or replaces it.'),
      }),
    )
    .describe('Reported by kind and place; the secret itself is not kept.'),
  unread: reasoned,
});

const distributionSchema = z.strictObject({
  id: text,
  idLike: z.array(text),
  versionId: z.exactOptional(text),
  codename: z.exactOptional(text),
  prettyName: z.exactOptional(text),
  where: text,
});

const packagesSchema = z.strictObject({
  packages: z.array(
    z.strictObject({
      type: z.enum([
        'apk',
        'deb',
        'rpm',
        'npm',
        'pypi',
        'golang',
        'maven',
        'bitnami',
        'cargo',
        'composer',
        'gem',
        'nuget',
        'generic',
      ]),
      name: text,
      version: text,
      architecture: z.exactOptional(text),
      source: z.strictObject({ name: text, version: z.exactOptional(text) }),
      module: z.exactOptional(text).describe('The stream of the rpm module that it was built in.'),
      licenses: z.array(text),
      purl: text,
      where: text,
      files: z.array(
        z.strictObject({
          path: text,
          checksum: z.exactOptional(z.strictObject({ algorithm: z.enum(['sha1', 'md5', 'sha256']), hex: text })),
        }),
      ),
      directory: z.exactOptional(text),
      partOf: z.exactOptional(text).describe("The distribution's package whose files these are."),
      thirdParty: z.exactOptional(text).describe("Why it is not the distribution's own."),
      root: z
        .exactOptional(z.strictObject({ path: text, distribution: distributionSchema.nullable() }))
        .describe('The root file system within the image that it is installed in.'),
    }),
  ),
  distribution: distributionSchema.nullable().describe('What os-release says.'),
  databases: z.array(z.strictObject({ path: text, format: text, packages: count })),
  unknowns: reasoned,
  unreadContents: reasoned,
  uncataloged: z
    .array(z.strictObject({ type: text, files: count, path: text }))
    .describe('Packages of types that are recognized and not read.'),
});

const ownershipSchema = z.strictObject({
  known: z.boolean().describe('False where no database keeps lists of files.'),
  unowned: z.array(text),
  altered: z.array(z.strictObject({ path: text, package: text })),
  asPackaged: z.array(text),
  notCompared: z.array(text),
});

const other = z.exactOptional(evidenceOf(z.json()));

/** What `inspect --format json` prints; schemas/inspect.schema.json is made from it. */
export const inspectionSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/inspect/v1'),
    reference: text,
    platform: text,
    facts: factsSchema,
    evidence: z.strictObject({
      image: other,
      tag: other,
      signatures: other,
      statements: other,
      filesystem: z.exactOptional(evidenceOf(filesystemSchema)),
      packages: z.exactOptional(evidenceOf(packagesSchema)),
      ownership: z.exactOptional(evidenceOf(ownershipSchema)),
      timestamps: z.exactOptional(evidenceOf(timestampsSchema)),
      sbom: other,
      provenance: other,
      apko: other,
      vex: other,
      vulnerabilities: other,
    }),
  })
  .describe('All evidence on one image on one platform: the output of base-image-gate inspect --format json.');

/** What was inspected. */
export interface Inspection {
  readonly reference: string;
  readonly platform: string;
  readonly evidence: CollectedEvidence;
  readonly facts: InspectionFacts;
}

/** The values of evidence are bounded for length, and so any JSON. */
type InspectionDocument = DeepReadonly<Omit<z.infer<typeof inspectionSchema>, 'evidence'>> & {
  readonly evidence: ReturnType<typeof evidenceDocument>;
};

/** The JSON text of an inspection. */
export function inspectionJson({ reference, platform, evidence, facts }: Inspection): string {
  const document: InspectionDocument = {
    schema: 'base-image-gate/inspect/v1',
    reference,
    platform,
    facts,
    evidence: evidenceDocument(evidence, LIMITS),
  };
  return jsonText(document, 2);
}
