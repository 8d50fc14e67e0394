import { ROLES } from '../build-files/image-use.js';
import { EVIDENCE_FORMATS } from '../compliance/render-evidence.js';
import { EXPORT_TARGETS } from '../enforce/targets.js';
import { PROFILES } from '../policy/policy.js';
import { REPORT_FORMATS } from '../reports/formats.js';
import {
  ALL_FILES_FLAG,
  BUILD_FLAGS,
  choice,
  type Flags,
  OUTPUT_FLAG,
  PLATFORM_FLAG,
  POLICY_FLAG,
  REGISTRY_FLAGS,
  SIGNER_FLAGS,
  VULNERABILITIES_FLAG,
} from './flags.js';

/** The definition of each command: its help, the list of commands and the README are generated from it. */
export interface CommandDefinition<F extends Flags = Flags> {
  /** One word, or two for a command that is part of another. */
  readonly name: string;
  /** What it takes besides flags: `IMAGE`, or `[DIR]` where it may be left out. */
  readonly arguments: readonly string[];
  /** One line, as an instruction. */
  readonly summary: string;
  readonly flags: F;
  /** What `--help` says beyond the summary. */
  readonly about: string;
  readonly exitCodes: string;
}

function define<const F extends Flags>(definition: CommandDefinition<F>): CommandDefinition<F> {
  return definition;
}

const TEXT_OR_JSON = { format: choice(['text', 'json'], 'the form of the output') } as const;

const PROFILE_FLAG = {
  profile: { type: 'string', value: PROFILES.join('|'), help: "the profile, instead of the policy's" },
} as const satisfies Flags;

const GATE_FLAGS = {
  ...POLICY_FLAG,
  ...PROFILE_FLAG,
  ...REGISTRY_FLAGS,
  ...VULNERABILITIES_FLAG,
  all: { type: 'boolean', help: 'also open images that fail a rule about their identity' },
  ...BUILD_FLAGS,
} as const satisfies Flags;

const IMAGE_FLAGS = { ...TEXT_OR_JSON, ...OUTPUT_FLAG, ...PLATFORM_FLAG, ...POLICY_FLAG, ...REGISTRY_FLAGS } as const;

export const CHECK = define({
  name: 'check',
  arguments: ['[DIR | FILE…]'],
  summary: 'evaluate every image the repository builds on',
  flags: {
    format: choice(
      REPORT_FORMATS.map(({ name }) => name),
      'the form of the report',
    ),
    ...OUTPUT_FLAG,
    details: {
      type: 'boolean',
      help: 'as text: every message, detail and fix in full, with the lines of the build file',
    },
    base: { type: 'string', value: 'DIR', help: 'evaluate DIR as a pull request that starts from this directory' },
    vsa: {
      type: 'string',
      value: 'DIR',
      help: 'write SLSA Verification Summary predicates to DIR, for a step that signs them',
    },
    locked: { type: 'boolean', help: 'fail for a reference without a digest whose digest is not in the lock' },
    ...GATE_FLAGS,
  },
  about: `Evaluates every image that the build files below DIR (default: the current directory) build on, by the policy in
DIR/.github/base-image-gate.yml. With --base, the policy of the base is used, and only what the change brings counts.
With files, such as a pre-commit hook names them, only these are evaluated, in the repository of the current directory.`,
  exitCodes: '0 pass, 1 fail, 2 indeterminate, 3 wrong usage or policy',
});

export const IMAGES = define({
  name: 'images',
  arguments: ['[DIR]'],
  summary: 'list every image reference, without a network',
  flags: { ...TEXT_OR_JSON, ...OUTPUT_FLAG, ...POLICY_FLAG, ...BUILD_FLAGS },
  about: `Lists every image reference of the build files below DIR (default: the current directory), and in JSON every build. It
contacts no host.`,
  exitCodes: '0 all read, 2 a build file is unreadable, 3 wrong usage or policy',
});

export const INSPECT = define({
  name: 'inspect',
  arguments: ['IMAGE'],
  summary: 'show all evidence on one image',
  flags: { ...IMAGE_FLAGS, ...VULNERABILITIES_FLAG },
  about: `Shows who signed an image, how old it is, and what is in its layers: programs, packages, permissions, secrets, modified
files. It evaluates nothing; check does.`,
  exitCodes: '0 shown, 2 some of it is unavailable, 3 wrong usage or policy',
});

export const VERIFY = define({
  name: 'verify',
  arguments: ['IMAGE'],
  summary: 'show who signed an image, and whether the policy accepts it',
  flags: {
    ...SIGNER_FLAGS,
    'certificate-github-workflow-repository': {
      type: 'string',
      value: 'OWNER/REPOSITORY',
      help: 'the repository it must have run for; needed for a workflow that anyone may call',
    },
    'ignore-log': { type: 'boolean', help: 'accept signatures by the key without an entry in a transparency log' },
    'notation-config': { type: 'string', value: 'DIR', help: "use notation's trust policy and trust stores in DIR" },
    ...PLATFORM_FLAG,
    ...POLICY_FLAG,
    ...REGISTRY_FLAGS,
  },
  about: `Shows who signed an image, and whether that signer is accepted: the one that the flags name; without them, the signers
of the policy's allow entry for the image; without an entry, those of the catalog.`,
  exitCodes:
    '0 verified, 1 not verified (also where the policy says `signed: false`), 2 could not be verified, 3 wrong usage or policy',
});

export const VERIFY_BUNDLE = define({
  name: 'verify-bundle',
  arguments: ['FILE_OR_DIGEST'],
  summary: 'verify a Sigstore bundle',
  flags: {
    bundle: { type: 'string', value: 'FILE', help: 'the Sigstore bundle' },
    ...SIGNER_FLAGS,
    'trusted-root': REGISTRY_FLAGS['trusted-root'],
    offline: REGISTRY_FLAGS.offline,
  },
  about: `Verifies a Sigstore bundle over a file, or over a digest such as sha256:…, by the command-line protocol of the Sigstore
conformance suite. Identity and issuer are compared exactly.`,
  exitCodes: '0 verified, 1 not verified, 2 could not be verified, 3 wrong usage',
});

export const SBOM = define({
  name: 'sbom',
  arguments: ['FILE|IMAGE'],
  summary: 'show or compare SBOMs',
  flags: {
    diff: { type: 'string', value: 'FILE|IMAGE', help: 'show what changed since this SBOM' },
    ...IMAGE_FLAGS,
  },
  about: `Shows the packages of an SBOM (SPDX 2.2, 2.3 and 3.0, CycloneDX up to 1.7) and which of the minimum elements it
has. The SBOM is a file's, or the one that is attested for an image.`,
  exitCodes:
    '0 shown, 1 none, unsigned, or in a format that is not supported, 2 could not be read, 3 wrong usage or policy',
});

export const RULES = define({
  name: 'rules',
  arguments: ['[ID]'],
  summary: 'list the rules, or explain one',
  flags: OUTPUT_FLAG,
  about: 'Lists the rules with their levels in each profile, or explains one rule.',
  exitCodes: '0 shown, 3 wrong usage',
});

export const EXPLAIN = define({
  name: 'explain',
  arguments: ['IMAGE'],
  summary: 'show which entry, signers and rules apply to an image, without a registry',
  flags: {
    ...TEXT_OR_JSON,
    ...OUTPUT_FLAG,
    role: choice(ROLES, 'what the image is for'),
    ...POLICY_FLAG,
    ...PROFILE_FLAG,
    offline: REGISTRY_FLAGS.offline,
  },
  about: `Shows what the policy of the current directory says about an image: the allow and deny entries that match, who may sign
it, and the level of each rule with what it comes from. It contacts no registry; a policy of another repository that
this one extends is fetched, unless --offline is given.`,
  exitCodes: '0 shown, 2 the output could not be written, 3 wrong usage or policy',
});

export const POLICY_INIT = define({
  name: 'policy init',
  arguments: ['[DIR]'],
  summary: 'propose a policy from what the repository uses today',
  flags: {
    write: { type: 'boolean', help: 'write it to .github/base-image-gate.yml, unless that is there' },
    ...ALL_FILES_FLAG,
    'notation-config': {
      type: 'string',
      value: 'DIR',
      help: "propose it from notation's trust policy and trust stores in DIR instead",
    },
  },
  about: 'Prints a policy that allows what the build files below DIR (default: the current directory) use today.',
  exitCodes: '0 printed or written, 3 wrong usage, or not written',
});

export const POLICY_VALIDATE = define({
  name: 'policy validate',
  arguments: ['[FILE|DIR]'],
  summary: 'check a policy file',
  flags: {},
  about: `Checks a policy file, or the policy of a directory (default: the current one). Each problem shows file, line, column, and
what was expected.`,
  exitCodes: '0 valid, 3 invalid or wrong usage',
});

export const POLICY_TEST = define({
  name: 'policy test',
  arguments: ['[FILE]'],
  summary: 'run cases against a policy: made evidence, expected verdict',
  flags: {
    format: choice(['text', 'json', 'junit'], 'the form of the report'),
    ...OUTPUT_FLAG,
    ...POLICY_FLAG,
    offline: REGISTRY_FLAGS.offline,
  },
  about: `Evaluates the cases of a file (default: .github/base-image-gate.test.yml) by the policy of the current directory. A case
names an image, who signed it and what was found in it, and the verdict expected. No registry is contacted.`,
  exitCodes: '0 all as expected, 1 some are not, 2 the output could not be written, 3 wrong usage, cases or policy',
});

export const FIX = define({
  name: 'fix',
  arguments: ['[DIR]'],
  summary: 'pin references to the digests verified, or rewrite build files to allowed images',
  flags: {
    pin: { type: 'boolean', help: 'pin references by digest; this or --harden is required' },
    harden: { type: 'boolean', help: 'rewrite stages to images that the policy allows, pinned by digest' },
    write: { type: 'boolean', help: 'change the files' },
    diff: { type: 'boolean', help: 'show the changes as a diff' },
    ...GATE_FLAGS,
  },
  about: `Pins every image reference below DIR (default: the current directory) to the digest that its registry returned, and
changes nothing else in the build files. Without --write, it lists what it would change. It says for each image whether
its signature was verified, and leaves images alone whose identity fails at level error.

With --harden, it replaces images that the policy refuses by equivalents that it allows, with their digests, and rewrites
what differs on them: package installation, users, accounts, and how the container starts. A stage is left alone, with the
reason, unless every instruction of it is understood; a rewrite that would not pass the policy is not written.`,
  exitCodes:
    '0 every reference is pinned, or no image is refused any more, 1 something is left to do (also changes that were not written), 2 an image could not be resolved or a file could not be read or written, 3 wrong usage or policy',
});

export const EVIDENCE = define({
  name: 'evidence',
  arguments: ['[DIR]'],
  summary: 'arrange the evidence by the controls of a framework',
  flags: {
    framework: {
      type: 'string',
      value: 'nist-800-53|fedramp|govramp',
      help: 'the framework; required',
    },
    format: choice(EVIDENCE_FORMATS, 'the form of the output; oscal is OSCAL assessment results 1.2.1'),
    ...OUTPUT_FLAG,
    ...GATE_FLAGS,
  },
  about: `Runs check and arranges its results by the controls that they are evidence for: images, digests, signers, timestamps
and waivers, and what could not be checked. It never says that a control is met.`,
  exitCodes: '0 pass, 1 fail, 2 indeterminate, 3 wrong usage or policy',
});

export const LOCK = define({
  name: 'lock',
  arguments: ['[DIR]'],
  summary: 'keep the digests of references that build files do not pin',
  flags: {
    write: { type: 'boolean', help: 'write .github/base-image-gate.lock' },
    check: { type: 'boolean', help: 'show what --write would change in it' },
    ...GATE_FLAGS,
  },
  about: `Runs check over the build files below DIR (default: the current directory) and keeps the digest of each reference that
was verified and that the build files do not pin, in DIR/.github/base-image-gate.lock. check --locked then fails where a
reference names another digest. The lock is no evidence: check verifies every image again.`,
  exitCodes:
    '0 the lock was written or is up to date, 1 it has changed or a reference was not verified, 2 it could not be read or written, 3 wrong usage or policy',
});

export const EXPORT = define({
  name: 'export',
  arguments: ['[DIR]'],
  summary: 'write what was verified as a policy that a build or a cluster enforces',
  flags: {
    format: choice(
      EXPORT_TARGETS.map(({ name }) => name),
      'which program enforces it',
    ),
    output: {
      type: 'string',
      value: 'FILE|DIR',
      help: 'write to FILE instead of standard output; a directory for forms of several files',
    },
    include: {
      type: 'string',
      multiple: true,
      value: 'IMAGE',
      help: 'also verify and export an image, such as the SBOM scanner of a build',
    },
    ...GATE_FLAGS,
  },
  about: `Runs check over the build files below DIR (default: the current directory) and writes what was verified, regardless of the
verdict, in the form that another program enforces: everything else is denied there. What a form can't say is denied in
it and reported on standard error. The exit code is the verdict's.`,
  exitCodes: '0 pass, 1 fail, 2 indeterminate, 3 wrong usage or policy',
});

const DIRECTORY_FLAG = {
  output: { type: 'string', value: 'DIR', help: 'write the survey to DIR; required' },
} as const satisfies Flags;

export const SURVEY = define({
  name: 'survey',
  arguments: [],
  summary: 'show what a policy would do to many repositories on GitHub',
  flags: {
    org: { type: 'string', value: 'NAME', help: 'the repositories of this organization or user' },
    repositories: { type: 'string', value: 'FILE', help: 'the repositories of this list, owner/name a line' },
    ...DIRECTORY_FLAG,
    shard: { type: 'string', value: 'N/OF', help: 'survey only this part, such as 3/20' },
    audience: {
      type: 'string',
      value: 'OWNER/NAME',
      help: 'who reads the survey: repositories more private than this one are not named',
    },
    'use-repository-policies': {
      type: 'boolean',
      help: "use repositories' own policies and waivers where they have them",
    },
    ...POLICY_FLAG,
    ...PROFILE_FLAG,
    registry: REGISTRY_FLAGS.registry,
    'trusted-root': REGISTRY_FLAGS['trusted-root'],
    ...VULNERABILITIES_FLAG,
  },
  about: `Evaluates the default branches of many repositories by one policy (default: that of the current directory), and writes
which of them it would stop, and what to allow or replace first. Nothing is cloned: build files are read through GitHub's
API, with the token in GH_TOKEN (contents: read). With the same DIR, a survey goes on where it was interrupted.`,
  exitCodes:
    '0 every repository was surveyed, whatever the policy says of it, 2 some could not be, 3 wrong usage or policy',
});

export const SURVEY_MERGE = define({
  name: 'survey merge',
  arguments: ['DIR…'],
  summary: 'merge the surveys of shards',
  flags: DIRECTORY_FLAG,
  about: 'Merges the surveys of shards into that of one run; where some are missing, it says so.',
  exitCodes: '0 every repository was surveyed, 2 some were not, 3 wrong usage, or not parts of one survey',
});

export const SURVEY_ISSUE = define({
  name: 'survey issue',
  arguments: ['DIR'],
  summary: 'keep one issue that shows a survey and what changed since the last',
  flags: {
    repository: { type: 'string', value: 'OWNER/NAME', help: 'where the issue is opened; required' },
    previous: {
      type: 'string',
      value: 'FILE',
      help: 'the last survey.json, for the trend; it may be missing',
    },
  },
  about: `Opens or updates an issue with the survey in DIR, with the token in GH_TOKEN (issues: write); never in a repository that
is less private than what the survey names.`,
  exitCodes: '0 the issue is up to date, 2 it could not be opened, or may not be there, 3 wrong usage',
});

/** Shells that commands, flags and their values are completed in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const COMPLETION = define({
  name: 'completion',
  arguments: ['bash|zsh|fish'],
  summary: 'print a script that completes commands in a shell',
  flags: {},
  about: `Prints the completion script of a shell. In bash: source <(base-image-gate completion bash). In zsh, write it to a file
_base-image-gate in a directory of $fpath; in fish, to ~/.config/fish/completions/base-image-gate.fish.`,
  exitCodes: '0 printed, 3 wrong usage',
});

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  CHECK,
  IMAGES,
  INSPECT,
  VERIFY,
  VERIFY_BUNDLE,
  SBOM,
  RULES,
  EXPLAIN,
  POLICY_INIT,
  POLICY_VALIDATE,
  POLICY_TEST,
  FIX,
  LOCK,
  EXPORT,
  EVIDENCE,
  SURVEY,
  SURVEY_MERGE,
  SURVEY_ISSUE,
  COMPLETION,
];
