import { levels, type NoOptions, noOptions, type UseRule } from './rule.js';

export const pinnedByDigest: UseRule<NoOptions> = {
  id: 'pinned-by-digest',
  title: 'Image is pinned by digest',
  question: 'Will the build pull exactly the image that was verified?',
  why: 'A tag can point to another image a minute after it was evaluated. A digest names the bytes themselves: what the gate has verified is what the build will pull, on every machine, until the line is changed in a reviewed commit.',
  fix: [
    'Add the digest of the index after the tag, and let Dependabot or Renovate keep it current:',
    '',
    '```dockerfile',
    'FROM cgr.dev/chainguard/python:latest@sha256:…',
    '```',
    '',
    '`base-image-gate fix --pin --write` writes the digests that the references were resolved to, says of each whether its signature was verified, and changes nothing else.',
  ].join('\n'),
  subject: 'use',
  roles: ['final', 'build', 'copy', 'run'],
  options: noOptions,
  presets: levels({ baseline: 'note', hardened: 'error', 'hardened-build': 'warning', strict: 'error' }, {}),
  runLevels: { baseline: 'note', hardened: 'note', strict: 'warning' },
  controls: {
    'CM-2': "A digest is a component of the baseline that can't change unseen.",
    'SI-7': 'What was verified is what is pulled, since every pull checks the digest.',
    'KSI-CMT-RMV': 'A pinned base changes by a reviewed commit, and in no other way.',
    'KSI-SVC-VRI': 'A digest binds the build to bytes that were verified.',
    'containers/asset-identifiers': 'The digest is a unique identifier of the image.',
  },
  securitySeverity: 5,
  evaluate: ({ reference, use }) => {
    if (reference === null)
      return { outcome: 'not-applicable', message: 'The image is not known; see known-reference.' };
    if (reference.digest !== undefined) return { outcome: 'pass', message: `It is pinned to ${reference.digest}.` };
    return {
      outcome: 'fail',
      message: `\`${use.written}\` names a tag, which may point to another image when the build pulls it.`,
      fix: 'Add the digest after the tag (`base-image-gate fix --pin --write` does it), and let Dependabot or Renovate keep it current.',
    };
  },
};
