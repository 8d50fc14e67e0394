import { z } from 'zod';
import { type EnvironmentFinding, environmentSecrets } from '../image-content/environment-facts.js';
import type { SecretFile } from '../image-content/filesystem/filesystem-facts.js';
import { likelySecretsIn } from '../image-content/secrets/likely-secrets.js';
import { secretsInText } from '../image-content/secrets/secret-text.js';
import { listed, plural } from '../lib/text.js';
import { stricter } from '../policy/strictness.js';
import { shortened, unevaluated, withoutLinuxContents } from './image-contents.js';
import { matchesPath, pathPatterns } from './path-patterns.js';
import { type ImageRule, type ImageRuleSubject, levels, type RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

const options = z.strictObject({
  allowFiles: stricter(pathPatterns(), 'fewer').describe(
    'Paths whose keys are meant to be public, such as /etc/ssl/private/ssl-cert-snakeoil.key; * within a directory, ** across.',
  ),
  allowVariables: stricter(z.array(z.string()), 'fewer').describe(
    'Environment variables that hold no secret despite their names.',
  ),
});
type Options = z.infer<typeof options>;

const NONE: Options = { allowFiles: [], allowVariables: [] };

export const noSecrets: ImageRule<Options> = {
  id: 'no-secrets',
  title: 'Image contains no keys or credentials',
  question: 'Is there a private key, a token or a password in its layers or its environment?',
  why: [
    'Anyone who can pull an image has all its layers, including files that a later layer removes. A key in a base image is shared by',
    'everyone who builds on it, so it proves nothing and opens everything that trusts it.',
    '',
    'Private keys are known by their content: PEM and OpenSSH, DER (PKCS #8, PKCS #1, SEC 1, DSA), PKCS #12, JKS and JCEKS',
    'stores, age, PuTTY and gpg-agent; credentials by the files that programs keep them in, and tokens by their form.',
    'Certificates, public keys and stores of certificates do not count. Keys are found indented, quoted, commented, in UTF-16,',
    'in base64, in programs and in other binaries. A JSON Web Token and a password in a URL are warnings, since the token',
    'may have ended and the password may open nothing: any in the environment, a label, a command or the history; in files,',
    'tokens that have not ended, and passwords of letters and digits for hosts that are no examples. Files in compressed',
    'archives (`.zip`, `.jar`, `.gz`), JSON Web Keys, and keys in base64 or hexadecimal without a PEM header are not searched.',
    '',
    'Tokens of GitHub and npm count where their checksum is right. In programs, and in other binaries above 256 KiB, only',
    'tokens whose fixed part is long are searched, such as those of Docker Hub, PyPI, AWS, Anthropic and Stripe.',
    '',
    'Nothing that the maker of the image decides alone excuses a key. A directory called `tests` or `docs` excuses',
    'none. Keys that well-known projects publish in their own sources are passed over, by the digest of the key. A file',
    'that is as the checksum in its package database says is mostly a public sample, but the database is the word of the',
    'image itself: such a key is reported as a warning at most. So is, as a note, a PKCS #12 store that is encrypted whole,',
    'which may hold certificates alone. Other files that are meant to be public are allowed by the policy, path by path.',
  ].join('\n'),
  fix: [
    'Revoke the secret first: it is public. Then build without it, with a mount that leaves no trace in a layer:',
    '',
    '```dockerfile',
    '# syntax=docker/dockerfile:1',
    'FROM cgr.dev/chainguard/node:latest-dev',
    'RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci',
    '```',
    '',
    'Where the secret is in the base image, use another image, and inform its publisher. What is meant to be public, or is no secret,',
    'the policy allows by path and by name:',
    '',
    '```yaml',
    'rules:',
    '  no-secrets: { level: error, allow-files: [/etc/ssl/private/ssl-cert-snakeoil.key], allow-variables: [PASSWORD_FILE] }',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'filesystem', 'packages', 'ownership'],
  ages: false,
  options,
  presets: levels({ baseline: 'warning', hardened: 'error', 'hardened-build': 'warning', strict: 'error' }, NONE),
  controls: {
    'IA-5(7)': 'Layers and environment are searched for keys and credentials.',
    'CM-6': 'The environment is a setting, and holds no credential.',
    'CIS 4.10': 'Secrets that ended up in image layers or environment are found.',
  },
  securitySeverity: 8,
  evaluate: (subject, chosen) => {
    const environment = evaluateEnvironment(subject, chosen);
    const windows = withoutLinuxContents(subject);
    return [
      ...evaluateConfiguration(subject),
      ...(windows === null ? evaluateLayers(subject, chosen) : [{ ...windows, aspect: 'layers' }]),
      ...environment,
    ];
  },
};

function evaluateLayers({ evidence, now }: ImageRuleSubject, chosen: Options): readonly RuleResult[] {
  const aspect = 'layers';
  const filesystem = needed(evidence, 'filesystem');
  if (!filesystem.ok) return [{ ...filesystem.error, aspect }];
  const ownership = needed(evidence, 'ownership');
  if (!ownership.ok) return [{ ...ownership.error, aspect }];
  const allowed = matchesPath(chosen.allowFiles);
  const { asPackaged } = ownership.value;
  const found = filesystem.value.secrets.filter(({ path }) => !allowed(path));
  const likely = found.filter(({ isLikely, expires }) => isLikely === true && !hasEnded(expires, now));
  const remaining = found.filter(({ isLikely }) => isLikely !== true);
  const closed = remaining.filter(({ isClosed }) => isClosed === true);
  const isPackaged = ({ path, hidden }: SecretFile) => !hidden && asPackaged.has(path);
  const packaged = remaining.filter((secret) => secret.isClosed !== true && isPackaged(secret));
  const secrets = remaining.filter((secret) => secret.isClosed !== true && !isPackaged(secret));
  const layers = plural(filesystem.value.layers.length, 'layer');
  const fix = 'Revoke them, and use an image that was built without them.';
  const allow = 'Where they are public samples, allow their paths with `allow-files`.';
  return [
    secrets.length > 0
      ? { ...reported(secrets, ['holds', 'hold'], 'keys or credentials'), aspect, fix }
      : (withAspect(unevaluated(filesystem.value), aspect) ?? {
          outcome: 'pass',
          aspect,
          message: `No key or credential was found in its ${layers}${packaged.length + closed.length + likely.length > 0 ? ', except for what is reported separately' : ''}.`,
        }),
    ...(packaged.length === 0
      ? []
      : [
          {
            ...reported(
              packaged,
              ['brings', 'bring'],
              'keys or credentials, unchanged, by the package database of the image',
            ),
            aspect: 'packaged',
            atMost: 'warning' as const,
            fix: allow,
          },
        ]),
    ...(likely.length === 0
      ? []
      : [
          {
            ...reported(likely, ['holds', 'hold'], 'what often is a credential'),
            aspect: 'likely',
            atMost: 'warning' as const,
            fix: 'Revoke what is a credential, and use an image that was built without it. Allow the paths of files that hold none with `allow-files`.',
          },
        ]),
    ...(closed.length === 0
      ? []
      : [
          {
            ...reported(closed, ['is', 'are'], 'encrypted whole, so whether there are keys inside is not known'),
            aspect: 'encrypted',
            atMost: 'note' as const,
            fix: allow,
          },
        ]),
  ];
}

function hasEnded(expires: number | undefined, now: Date): boolean {
  return expires !== undefined && expires * 1000 <= now.getTime();
}

function withAspect(result: RuleResult | null, aspect: string): RuleResult | null {
  return result === null ? null : { ...result, aspect };
}

/** `2 files hold keys or credentials: /a and /b.` */
function reported(secrets: readonly SecretFile[], [one, many]: readonly [string, string], what: string): RuleResult {
  const paths = [...new Set(secrets.map(({ path }) => `/${path}`))];
  return {
    outcome: 'fail',
    message: `${paths.length === 1 ? `A file ${one}` : `${paths.length} files ${many}`} ${what}: ${listed(paths)}.`,
    details: shortened(secrets.map(describe)),
  };
}

function evaluateEnvironment({ evidence }: ImageRuleSubject, chosen: Options): readonly RuleResult[] {
  const aspect = 'environment';
  const image = needed(evidence, 'image');
  if (!image.ok) return [{ ...image.error, aspect }];
  const found = environmentSecrets(image.value.configuration.env).filter(
    ({ variable }) => !chosen.allowVariables.includes(variable),
  );
  const likely = found.filter(({ isLikely }) => isLikely === true);
  const certain = found.filter(({ isLikely }) => isLikely !== true);
  return [
    certain.length === 0
      ? { outcome: 'pass', aspect, message: 'Its environment holds no secret.' }
      : { ...variablesReported(certain), aspect },
    ...(likely.length === 0
      ? []
      : [{ ...variablesReported(likely), aspect: 'environment-likely', atMost: 'warning' as const }]),
  ];
}

function variablesReported(found: readonly EnvironmentFinding[]): RuleResult {
  return {
    outcome: 'fail',
    message: `Its environment holds ${found.length === 1 ? 'what looks like a secret' : 'what look like secrets'}: ${listed(found.map(({ variable }) => variable))}.`,
    fix: 'Use an image without them, and revoke the secrets: set such variables when a container starts. Allow variables that hold no secret by name (`allow-variables`).',
    details: shortened(found.map(({ variable, reason }) => `${variable} ${reason}`)),
  };
}

/** Known forms alone: what a command or a label says is often named like a secret and is none. */
function evaluateConfiguration({ evidence }: ImageRuleSubject): readonly RuleResult[] {
  if (evidence.image?.status !== 'present') return [];
  const {
    labels,
    entrypoint,
    cmd,
    healthcheckTest = [],
    onBuild,
    history = [],
    otherTexts = [],
  } = evidence.image.value.configuration;
  const places: readonly (readonly [place: string, texts: readonly string[]])[] = [
    ['a label', Object.entries(labels).flat()],
    ['ENTRYPOINT', entrypoint],
    ['CMD', cmd],
    ['HEALTHCHECK', healthcheckTest],
    ['ONBUILD', onBuild],
    ['the history', history],
    ['another field', otherTexts],
  ];
  const found = (kindsIn: (text: string) => readonly string[]) =>
    places.flatMap(([place, texts]) =>
      // Words of a command may be one text between them.
      [...texts, texts.join(' ')].flatMap((text) => kindsIn(text).map((kind) => `${place} holds a ${kind}`)),
    );
  return [
    ...configurationReported(
      found((text) => secretsInText(text).map(({ kind }) => kind)),
      { aspect: 'configuration' },
    ),
    ...configurationReported(found(likelySecretsIn), { aspect: 'configuration-likely', atMost: 'warning' }),
  ];
}

function configurationReported(
  found: readonly string[],
  as: Pick<RuleResult, 'aspect' | 'atMost'>,
): readonly RuleResult[] {
  if (found.length === 0) return [];
  return [
    {
      outcome: 'fail',
      ...as,
      message: `Its configuration holds what everyone who pulls it can read: ${listed([...new Set(found)])}.`,
      fix: 'Revoke it, and build with secret mounts: arguments and commands stay in the configuration.',
    },
  ];
}

function describe({ path, kind, line, layer, hidden }: SecretFile): string {
  return `/${path}${line === undefined ? '' : `:${line}`}: ${kind}, in layer ${layer + 1}${hidden ? ', which a later layer hides' : ''}`;
}
