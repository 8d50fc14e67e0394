import { z } from 'zod';
import { environmentSecrets } from '../evidence/environment-facts.js';
import type { SecretFile } from '../evidence/filesystem/filesystem-facts.js';
import { plural } from '../plural.js';
import { stricter } from '../policy/strictness.js';
import { listed, needed, shortened, unjudged, withoutLinuxContents } from './contents.js';
import { matchesPath, pathPatterns } from './path-patterns.js';
import type { ImageRule, ImageRuleSubject, RuleResult } from './rule.js';

const options = z.strictObject({
  allowFiles: stricter(pathPatterns(), 'fewer').describe(
    'Paths whose keys are meant to be public, such as /etc/ssl/private/ssl-cert-snakeoil.key; * within a folder, ** across.',
  ),
  allowVariables: stricter(z.array(z.string()), 'fewer').describe(
    'Environment variables that hold no secret in spite of their names.',
  ),
});
type Options = z.infer<typeof options>;

const NONE: Options = { allowFiles: [], allowVariables: [] };

export const noSecrets: ImageRule<Options> = {
  id: 'no-secrets',
  title: 'Image carries no keys and credentials',
  question: 'Is there a private key, a token or a password in its layers or its environment?',
  why: 'Whoever can pull an image has every layer of it, also what a later layer removes. A key in a base image is shared by everybody who builds on it, so it can prove nothing and opens whatever trusts it. Keys that a package brings unchanged are public samples and are not counted, nor are those in folders of tests, examples and documentation.',
  mend: [
    'Revoke the secret first: it is public. Then build without it, with a mount that leaves no trace in a layer:',
    '',
    '```dockerfile',
    '# syntax=docker/dockerfile:1',
    'FROM cgr.dev/chainguard/node:latest-dev',
    'RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci',
    '```',
    '',
    'A file that is meant to be public can be allowed by its path: `no-secrets: { allow-files: [/etc/ssl/private/ssl-cert-snakeoil.key] }`.',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy'],
  evidence: ['image', 'filesystem', 'packages', 'ownership'],
  ages: false,
  options,
  presets: {
    baseline: { level: 'warning', options: NONE },
    hardened: { level: 'error', options: NONE },
    'hardened-build': { level: 'warning', options: NONE },
    strict: { level: 'error', options: NONE },
  },
  controls: ['IA-5(7)', 'CM-6'],
  securitySeverity: 8,
  evaluate: (subject, chosen) => {
    const environment = judgeEnvironment(subject, chosen);
    const windows = withoutLinuxContents(subject);
    return [windows === null ? judgeLayers(subject, chosen) : { ...windows, aspect: 'layers' }, environment];
  },
};

function judgeLayers({ evidence }: ImageRuleSubject, chosen: Options): RuleResult {
  const aspect = 'layers';
  const filesystem = needed(evidence.filesystem, 'What is in the layers');
  if (!filesystem.ok) return { ...filesystem.error, aspect };
  const ownership = needed(evidence.ownership, 'Which package owns which file');
  if (!ownership.ok) return { ...ownership.error, aspect };
  const allowed = matchesPath(chosen.allowFiles);
  const { asPackaged } = ownership.value;
  const secrets = filesystem.value.secrets.filter(
    ({ path, hidden }) => !allowed(path) && (hidden || !asPackaged.has(path)),
  );
  if (secrets.length === 0) {
    const open = unjudged(filesystem.value);
    if (open !== null) return { ...open, aspect };
    return {
      outcome: 'pass',
      aspect,
      reason: `No key and no credential was found in its ${plural(filesystem.value.layers.length, 'layer')}.`,
    };
  }
  const paths = [...new Set(secrets.map(({ path }) => `/${path}`))];
  return {
    outcome: 'fail',
    aspect,
    reason: `${paths.length === 1 ? 'A file holds' : `${paths.length} files hold`} keys or credentials: ${listed(paths)}.`,
    fix: 'Revoke them, and use an image that was built without them.',
    details: shortened(secrets.map(describe)),
  };
}

function judgeEnvironment({ evidence }: ImageRuleSubject, chosen: Options): RuleResult {
  const aspect = 'environment';
  const image = needed(evidence.image, "The image's configuration");
  if (!image.ok) return { ...image.error, aspect };
  const found = environmentSecrets(image.value.configuration.env).filter(
    ({ variable }) => !chosen.allowVariables.includes(variable),
  );
  if (found.length === 0) return { outcome: 'pass', aspect, reason: 'Its environment holds no secret.' };
  return {
    outcome: 'fail',
    aspect,
    reason: `Its environment holds ${found.length === 1 ? 'what looks like a secret' : 'what look like secrets'}: ${listed(found.map(({ variable }) => variable))}.`,
    fix: 'Revoke them, and set such variables when a container starts, never in the image.',
    details: shortened(found.map(({ variable, reason }) => `${variable} ${reason}`)),
  };
}

function describe({ path, kind, line, layer, hidden }: SecretFile): string {
  return `/${path}:${line}: ${kind}, in layer ${layer + 1}${hidden ? ', which a later layer hides' : ''}`;
}
