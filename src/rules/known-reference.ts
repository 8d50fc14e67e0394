import type { ImageUse } from '../build-files/image-use.js';
import { levels, type NoOptions, noOptions, type UseRule } from './rule.js';

export const knownReference: UseRule<NoOptions> = {
  id: 'known-reference',
  title: 'Image is known before the build',
  question: 'Is every image known without running the build?',
  why: "An image whose name depends on a value that only the builder knows can be any image. What can't be named can't be evaluated, so an unknown reference fails; otherwise a variable could hide a base image from the gate.",
  fix: [
    'Name the image in the instruction itself:',
    '',
    '```dockerfile',
    'FROM cgr.dev/chainguard/wolfi-base:latest@sha256:…',
    '```',
    '',
    'Or, if the argument is needed, give it a default that names the image that is really built on (`overridable-base` then asks who may pass another):',
    '',
    '```dockerfile',
    'ARG BASE=cgr.dev/chainguard/wolfi-base',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's variable
    'FROM ${BASE}',
    '```',
    '',
    'If the value comes from your pipeline, give the gate the same value (`build-args` of the Action, `--build-arg` on the command line, or `files.build-args` in the policy), or, for an image built in the same repository or a named context, list it under `contexts` in the policy.',
  ].join('\n'),
  subject: 'use',
  roles: ['final', 'build', 'copy', 'frontend', 'run'],
  options: noOptions,
  presets: levels({ baseline: 'warning', hardened: 'error', 'hardened-build': 'error', strict: 'error' }, {}),
  runLevels: { baseline: 'note', hardened: 'note', strict: 'note' },
  controls: {
    'CM-2': 'A baseline names its components, and a reference that only a running build knows names none.',
    'SR-4': 'Where a component comes from can be followed only if the build file says which it is.',
    'KSI-PIY-GIV': 'The inventory of base images is made from what the build files name.',
    'containers/asset-identifiers': 'Each base image is identified by its reference and digest.',
  },
  securitySeverity: 6,
  evaluate: ({ use }) => {
    if (use.unresolved === undefined && use.reference !== null) {
      return { outcome: 'pass', message: 'The reference is known from the build file.' };
    }
    return {
      outcome: 'fail',
      message: `The image that \`${use.written}\` names is unresolved: ${use.unresolved ?? 'it is not an image reference'}.`,
      fix: fixOf(use),
    };
  },
};

/** How the gate is given what a build is given, by how the parameter begins. */
const GIVEN_BY = [
  ['--target', 'the target: `target` of the Action, `--target` on the command line, `files.targets` in the policy'],
  ['--platform', 'the platforms: `platforms` in the policy, `--platform` on the command line'],
  ['--build-context', 'the context: `contexts` in the policy, `--build-context` on the command line'],
  ['', '`build-args` of the Action, `--build-arg` on the command line, `files.build-args` in the policy'],
] as const;

/** Variables are expanded only in FROM, not in --from and mounts. */
function fixOf({ instruction, written, open }: ImageUse): string {
  if (open !== undefined && instruction === 'IMAGE')
    return "Write the image out, or set the variable in the repository's `.env` or by `--set-env` on the command line.";
  if (open !== undefined) {
    const ways = new Set(open.map(({ argument }) => GIVEN_BY.find(([flag]) => argument.startsWith(flag))?.[1] ?? ''));
    return `Write the value itself where it is given, or give the gate the same value (${[...ways].join('; ')}).`;
  }
  if (!written.includes('$')) {
    return 'Correct the name; if the image is built in this repository, list it under `contexts` in the policy.';
  }
  return instruction === 'FROM'
    ? 'Give the ARG a default, give the gate the value that your build passes (`build-args` of the Action, `--build-arg` on the command line), or list the image under `contexts` in the policy if it is built in this repository.'
    : 'Name the image itself, or a stage whose FROM has the variable.';
}
