import { levels, type NoOptions, noOptions, type UseRule } from './rule.js';

export const overridableBase: UseRule<NoOptions> = {
  id: 'overridable-base',
  title: "Image can't be replaced by a build argument",
  question: 'Can a build argument replace it?',
  why: 'The gate evaluates the image that the default of an ARG names. Anyone who starts the build can pass another value with `--build-arg`, and then builds on an image that was not evaluated.',
  fix: [
    'Name the image in FROM itself:',
    '',
    '```dockerfile',
    'FROM cgr.dev/chainguard/python:latest@sha256:…',
    '```',
    '',
    'If the argument is needed, have the gate evaluate the value that your build passes (`files.build-args`), and accept the argument itself by a waiver that says who passes it:',
    '',
    '```yaml',
    'files:',
    '  build-args: { Dockerfile: { BASE: "cgr.dev/chainguard/python:latest@sha256:…" } }',
    'waivers:',
    '  - { rule: overridable-base, file: Dockerfile, reason: only release.yml passes it, owner: "@acme/platform", expires: 2027-01-31 }',
    '```',
  ].join('\n'),
  subject: 'use',
  roles: ['final', 'build', 'copy'],
  options: noOptions,
  presets: levels({ baseline: 'note', hardened: 'warning', 'hardened-build': 'note', strict: 'error' }, {}),
  controls: {
    'CM-2': 'A base image that a build argument can replace is not fixed by the baseline.',
    'CM-5': 'Anyone who can start a build could change the base without a reviewed commit.',
    'KSI-CMT-RMV': 'A base changes by a reviewed commit only if no argument can replace it.',
  },
  securitySeverity: 4,
  evaluate: ({ use }) => {
    if (use.overridable.length === 0) return { outcome: 'pass', message: 'No build argument can replace it.' };
    const names = use.overridable.map((name) => `\`${name}\``).join(', ');
    return {
      outcome: 'fail',
      message: `The build argument${use.overridable.length > 1 ? 's' : ''} ${names} can replace this image, or part of its reference, without a change to this file.`,
      fix: 'Name the image in the instruction itself, or accept the argument by a waiver that says who passes it.',
    };
  },
};
