import { z } from 'zod';
import { globsOverlap, parseGlob } from '../references/glob.js';
import { identity, imagePattern, repositoryPath, textGlob } from './fields.js';
import { isSharedBuilder, namesCaller } from './identity.js';

const text = z.string().min(1, { error: 'a non-empty string' });
const repository = z
  .string()
  .regex(/^[A-Za-z0-9._:[\]-]+\/[a-z0-9._/-]+$/, { error: 'a repository such as registry.example.com/signatures' })
  .optional()
  .describe('Where the signatures are stored, if not next to the image.');

const keyless = z
  .strictObject({
    issuer: z
      .string()
      .regex(/^https?:\/\/[^\s*]+$/, {
        error: "the issuer's exact URL, such as https://token.actions.githubusercontent.com",
      })
      .describe('The OIDC issuer, exactly: https://token.actions.githubusercontent.com.'),
    subject: identity().describe('Who signed: exact, or a glob with * (within a segment) and ** (across).'),
    'source-repository': textGlob()
      .optional()
      .describe("The repository the workflow ran for (Fulcio's source repository URI)."),
    'source-ref': textGlob().optional().describe('The ref the workflow ran for: refs/heads/main.'),
    workflow: textGlob()
      .optional()
      .describe(
        "The top-level workflow of the run, which may have called the one that signed (Fulcio's build config URI).",
      ),
    'build-signer-digest': text.optional().describe('The commit of the workflow.'),
    'runner-environment': text.optional().describe('github-hosted or self-hosted.'),
  })
  .superRefine((given, context) => {
    const { subject, workflow, 'source-repository': sourceRepository } = given;
    if (!isSharedBuilder(subject) || namesCaller({ sourceRepository, workflow })) return;
    context.addIssue({
      code: 'custom',
      path: ['subject'],
      message: 'anyone can call this workflow and have it sign; name the repository that it must run for',
      params: { expected: 'source-repository: https://github.com/OWNER/REPOSITORY' },
    });
  })
  .describe('A keyless identity: a certificate of Fulcio.');

const key = z
  .strictObject({
    file: repositoryPath().optional().describe('A PEM file, in the repository and commit of this policy.'),
    pem: text.optional().describe('The PEM text itself.'),
    kms: text
      .optional()
      .describe('A key in a key management service: shown in reports, but not usable for verification here.'),
    log: z
      .enum(['required', 'ignored'])
      .optional()
      .describe('required (default): the signature must be in the transparency log. ignored: it need not.'),
  })
  .describe('A public key: one of file, pem and kms.');

const notation = z
  .strictObject({
    roots: z
      .array(repositoryPath())
      .min(1)
      .describe(
        'Certificate files (PEM or DER), in the repository and commit of this policy. Every chain must contain one of them.',
      ),
    'timestamp-roots': z
      .array(repositoryPath())
      .min(1)
      .optional()
      .describe(
        'Root certificates of timestamp authorities. Without them, certificates must be valid when the gate runs.',
      ),
    identities: z
      .array(text)
      .min(1)
      .describe(
        'Who signed: "x509.subject: C=…, ST=…, O=…" each; the subject must have exactly these values. Or "*" alone.',
      ),
    scheme: z
      .enum(['notary.x509', 'notary.x509.signingAuthority'])
      .optional()
      .describe('The signing scheme that the roots vouch for. Default: notary.x509.'),
    timestamps: z
      .enum(['always', 'after-expiry'])
      .optional()
      .describe('Whether a timestamp is needed always (default), or once a certificate has expired.'),
    revocation: z
      .enum(['required', 'skip'])
      .optional()
      .describe(
        'required (default): the certificates must be known not to be revoked. skip: revocation is not checked.',
      ),
  })
  .describe('A certificate identity of the Notary Project.');

/** A pull request runs what its author wrote: a glob that matches one by the way names no ref. */
function namesNoPullRequest(ref: string): boolean {
  const [given, pulls] = [ref, 'refs/pull/**'].map(parseGlob);
  return (
    ref.startsWith('refs/pull/') || given?.ok !== true || pulls?.ok !== true || !globsOverlap(given.value, pulls.value)
  );
}

const github = z
  .strictObject({
    repository: z
      .string()
      .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, { error: 'OWNER/REPOSITORY' })
      .describe('The repository whose workflow signs: OWNER/REPOSITORY.'),
    workflow: z
      .string()
      .regex(/^\.github\/workflows\/[A-Za-z0-9._-]+\.ya?ml$/, {
        error: "the workflow's path, such as .github/workflows/release.yml",
      })
      .describe("The workflow's path in that repository."),
    ref: z
      .string()
      .regex(/^refs\/\S+$/, { error: 'a ref such as refs/heads/main or refs/tags/v*' })
      .refine(namesNoPullRequest, { error: 'a ref such as refs/heads/main or refs/tags/v*, and not pull requests too' })
      .describe('The ref it ran for: exact, or a glob such as refs/tags/v*.'),
    runner: z
      .enum(['github-hosted', 'any'])
      .optional()
      .describe('github-hosted (default), or any: self-hosted runners count too.'),
    accept: z
      .array(z.enum(['signature', 'provenance']))
      .min(1)
      .optional()
      .describe('signature (default); with provenance, SLSA v1 provenance by this workflow counts as its signature.'),
    api: z
      .boolean()
      .optional()
      .describe("true: attestations missing from the registry are looked up in the repository through GitHub's API."),
  })
  .describe('A workflow of GitHub Actions that signs or attests, in a public or a private repository.');

const authority = z.union([
  z.strictObject({ github, 'signature-repository': repository }),
  z.strictObject({ keyless, 'signature-repository': repository }),
  z.strictObject({ key, 'signature-repository': repository }),
  z.strictObject({ notation, 'signature-repository': repository }),
]);

const count = () => z.number().int({ error: 'a whole number' }).min(1, { error: 'a number from 1' });

/** What every allow entry may say, whether it names a publisher or a pattern. */
const common = {
  require: z
    .union([
      count().describe('How many must sign the image and attest each statement.'),
      z
        .strictObject({
          signatures: count().describe('How many must sign the image.'),
          statements: count().describe('How many must attest each statement: SBOM, provenance, VEX.'),
        })
        .describe('How many must sign the image, and how many must attest each statement, if the numbers differ.'),
    ])
    .optional()
    .describe('How many of the authorities must sign. Default: 1.'),
  authorities: z
    .array(authority)
    .min(1)
    .optional()
    .describe("Who may sign. Without it, the catalog's for this publisher."),
  provenance: z
    .strictObject({
      builder: textGlob().optional().describe("The builder's identity: exact, or a glob."),
      source: textGlob().optional().describe('The source repository: exact, or a glob.'),
      'min-level': z.number().int().min(0).max(3).optional().describe('The lowest SLSA build level: 0 to 3.'),
    })
    .optional()
    .describe('What the provenance must contain.'),
  attestations: z
    .strictObject({
      unsigned: z
        .enum(['allow', 'deny'])
        .describe("Unsigned SBOMs and provenance, such as BuildKit's own. Default: deny."),
    })
    .optional()
    .describe('Which SBOMs and provenance are accepted.'),
  'no-packages': z
    .enum(['allow', 'deny'])
    .optional()
    .describe('Whether the inventory may list no distribution packages, as for a static image. Default: deny.'),
  wolfi: z.boolean().optional().describe('Whether these images claim to be built from Wolfi.'),
  signed: z.boolean().optional().describe('false, with a reason: accept images without a signature.'),
  reason: text.optional().describe('Why.'),
};

/** The schema of an entry of `allow`: a publisher of the catalog, or images by pattern. */
export function allowSchema() {
  return z.union([
    z
      .strictObject({
        catalog: text.describe(
          'A publisher in the catalog, or verified: every publisher whose images are hardened and verifiable.',
        ),
        with: z
          .strictObject({
            organization: text.optional().describe("The organization's name in its images' references."),
            identities: z
              .array(identity())
              .min(1)
              .optional()
              .describe("The identities that sign for it, as the publisher's console shows them."),
          })
          .optional()
          .describe("What the catalog's entry asks for."),
        ...common,
      })
      .describe('The images of a publisher in the catalog.'),
    z
      .strictObject({
        image: imagePattern().describe('A pattern: * within a segment, ** across; optionally :tag or @digest.'),
        ...common,
      })
      .describe('Images by pattern.'),
  ]);
}

/** The schema of an entry of `deny`. */
export function denySchema() {
  return z.strictObject({
    image: imagePattern().describe('A pattern, as in allow. Without a tag it matches every tag.'),
    reason: text.describe('The reason, which the finding shows.'),
  });
}
