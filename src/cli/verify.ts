import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EvidenceCollection } from '../evidence/collect.js';
import type { ImageSubject } from '../evidence/collector.js';
import { codeOf, messageOf } from '../lib/caught.js';
import { terminal } from '../lib/escape/visible.js';
import { err, ok, type Result } from '../lib/result.js';
import { parseIdentity } from '../policy/identity.js';
import type { AllowEntry, Authority } from '../policy/policy.js';
import { formatPlatform, type Platform, parsePlatform } from '../references/platform.js';
import type { Outcome } from '../rules/rule.js';
import { evaluateSignature } from '../rules/signature-verified.js';
import { readPublicKey } from '../signatures/key.js';
import { IMAGE_OPTIONS, type readArguments } from './arguments.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { defineCommand } from './define-command.js';
import { openImage } from './open-image.js';
import { refuse } from './refusal.js';

const USAGE = `Usage: base-image-gate verify IMAGE [--policy FILE] [--platform OS/ARCH]…
       [--certificate-identity SUBJECT --certificate-oidc-issuer ISSUER | --key FILE [--ignore-log]]
       [--registry HOST=HOST2/PREFIX|oci-layout:DIR]… [--offline] [--trusted-root FILE]

Tells who signed an image, and whether they may: the authority given, else those of the policy's allow entry for the
image (this directory's .github/base-image-gate.yml), else the catalog's.
Exit codes: 0 verified, 1 not verified (also where the policy says \`signed: false\`), 2 could not tell, 3 wrong usage or
policy.
`;

const OPTIONS = {
  ...IMAGE_OPTIONS,
  platform: { type: 'string', multiple: true },
  'certificate-identity': { type: 'string' },
  'certificate-oidc-issuer': { type: 'string' },
  key: { type: 'string' },
  'ignore-log': { type: 'boolean' },
} as const;

type Values = Extract<ReturnType<typeof readArguments<typeof OPTIONS>>, { readonly ok: true }>['value']['values'];

/** `verify`: the signatures of one image, on each platform asked. */
export const verify: Command = defineCommand(
  { name: 'verify', usage: USAGE, options: OPTIONS, arguments: 1 },
  async ({ values, positionals, io, wrong }) => {
    const [text] = positionals;
    if (text === undefined) return wrong('An IMAGE is needed.');
    const platforms = readPlatforms(values.platform ?? ['linux/amd64']);
    if (!platforms.ok) return wrong(`${platforms.error}.`);
    const given = await givenAuthority(values, io);
    if (!given.ok) return wrong(given.error);

    const image = await openImage(text, values, io, given.value);
    if (!image.ok) return refuse('verify', image.error, io);
    const { evidence, subjectOn, close } = image.value;
    const answers = platforms.value.map((platform) => answer(subjectOn(platform), evidence, io));
    const outcomes = await Promise.all(answers).finally(close);
    return exitCode(outcomes);
  },
);

async function answer(subject: ImageSubject, evidence: EvidenceCollection, io: CommandIo): Promise<Outcome> {
  const collected = await evidence.collect(subject, ['image', 'signatures']);
  const result = evaluateSignature({ entry: subject.entry, reference: subject.reference, evidence: collected });
  const lines = [
    `${formatPlatform(subject.platform)}: ${result.outcome}. ${result.message}`,
    ...(result.details ?? []).map((line) => `  ${line}`),
  ];
  if (result.fix !== undefined) lines.push(`  ${result.fix}`);
  io.stdout(`${lines.map(terminal).join('\n')}\n`);
  const { signatures } = collected;
  for (const note of signatures?.status === 'present' ? signatures.value.notes : []) io.stderr(`${note}\n`);
  return result.outcome;
}

/** What a policy lets through without a signature is not verified: scripts go by 0. */
function exitCode(outcomes: readonly Outcome[]): ExitCode {
  if (outcomes.some((outcome) => outcome === 'fail' || outcome === 'not-applicable')) return 1;
  return outcomes.every((outcome) => outcome === 'pass') ? 0 : 2;
}

function readPlatforms(texts: readonly string[]): Result<readonly Platform[], string> {
  const platforms: Platform[] = [];
  for (const text of texts.flatMap((one) => one.split(','))) {
    const parsed = parsePlatform(text);
    if (!parsed.ok) return parsed;
    platforms.push(parsed.value);
  }
  return ok(platforms);
}

/** An entry made of the authority on the command line, or null where none is given. */
async function givenAuthority(values: Values, io: CommandIo): Promise<Result<AllowEntry | null, string>> {
  const subject = values['certificate-identity'];
  const issuer = values['certificate-oidc-issuer'];
  if (values.key === undefined) {
    if (subject === undefined && issuer === undefined) return ok(null);
    if (subject === undefined || issuer === undefined)
      return err('--certificate-identity and --certificate-oidc-issuer are needed together.');
    const identity = parseIdentity(subject);
    return identity.ok
      ? ok(entryFor({ kind: 'keyless', subject, issuer }))
      : err(`--certificate-identity ${subject} can't be used because ${identity.error}.`);
  }
  if (subject !== undefined || issuer !== undefined) return err('--key and --certificate-identity exclude each other.');
  try {
    const pem = await readFile(resolve(io.cwd, values.key), 'utf8');
    const key = readPublicKey(pem);
    if (!key.ok) return err(`The key ${values.key} can't be used because ${key.error}.`);
    return ok(
      entryFor({ kind: 'key', name: values.key, pem, log: values['ignore-log'] === true ? 'ignored' : 'required' }),
    );
  } catch (error) {
    const there = codeOf(error) === 'ENOENT' ? 'is not there' : `can't be read: ${messageOf(error)}`;
    return err(`--key: the file ${values.key} ${there}; expected a public key in PEM form.`);
  }
}

function entryFor(authority: Authority): AllowEntry {
  return {
    name: 'the command line',
    pattern: '**',
    require: 1,
    authorities: [authority],
    signed: true,
    unsignedSbom: 'deny',
    noPackages: 'deny',
    wolfi: false,
  };
}
