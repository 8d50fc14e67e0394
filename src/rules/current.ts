import { z } from 'zod';
import { EVIDENCE_NAMES, type MissingEvidence } from '../evidence/words.js';
import { stricter } from '../policy/strictness.js';
import { namesPatch } from '../registry/newer-tag.js';
import type { TagState } from '../registry/resolved-image.js';
import { type ImageRule, levels, type RuleResult } from './rule.js';
import { type WantedEvidence, withoutEvidence } from './without-evidence.js';

const options = z.strictObject({
  'newer-patch': stricter(z.boolean(), 'true').describe('Whether to look for newer patches of a tag such as `3.12.1`.'),
});
type Options = z.infer<typeof options>;

export const current: ImageRule<Options> = {
  id: 'current',
  title: 'Pinned image is the current one',
  question: 'Does the tag still point to the pinned digest, and is there a newer patch?',
  why: [
    'A digest never changes, so a pinned image ages: its publisher fixes it under the same tag, and the build goes on with',
    'what is not fixed. A pin must also be updated; a tag that has moved on shows that there is an update.',
  ].join(' '),
  fix: [
    'Replace the digest with the one that the tag points to now, which the finding names:',
    '',
    '```dockerfile',
    'FROM cgr.dev/chainguard/python:latest@sha256:…',
    '```',
    '',
    'Or remove the digest, and `base-image-gate fix --pin --write` writes the one that the tag points to now, if it can be verified. Dependabot and Renovate follow the tag every day.',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'frontend', 'run'],
  evidence: ['tag'],
  ages: true,
  options,
  presets: levels(
    { baseline: 'note', hardened: 'warning', 'hardened-build': 'note', strict: 'warning' },
    { 'newer-patch': true },
  ),
  controls: {
    'SI-2': 'A tag that has moved since it was pinned shows that updates were not taken.',
    'CM-2': 'The baseline is compared with what the publisher has now.',
    'SA-22': 'A release line that gets no newer patches may have reached its end of life.',
    'KSI-SCR-MON': 'Upstream changes to pinned images are watched for.',
    'CIS 4.4': 'A pin behind its tag is an image that was not rebuilt with patches.',
  },
  securitySeverity: 4,
  evaluate: ({ reference, evidence }, chosen) => {
    const tag = reference.tag;
    if (tag === undefined) return { outcome: 'not-applicable', message: 'It names no tag that could have moved.' };
    const pinned = reference.digest;
    const wantsPatches = chosen['newer-patch'] && namesPatch(tag);
    if (pinned === undefined && !wantsPatches)
      return { outcome: 'not-applicable', message: 'It is not pinned, so every build takes what the tag points to.' };
    const state = evidence.tag;
    if (state?.status !== 'present') return unknown(state);
    return [
      ...(pinned === undefined ? [] : [drift(state.value, pinned)]),
      ...(wantsPatches ? [patches(state.value)] : []),
    ];
  },
};

function unknown(state: MissingEvidence | undefined): RuleResult {
  const result = withoutEvidence(state, WANTED);
  // A tag that is gone says nothing of the image that is pinned.
  return state?.status === 'absent' ? { ...result, outcome: 'indeterminate' } : result;
}

const WANTED: WantedEvidence = {
  name: EVIDENCE_NAMES.tag,
  absentFix: 'Use an image whose tag is still in its registry.',
  unsupportedFix: 'Use an image in OCI or Docker v2 schema 2 form.',
};

function drift({ tag, currentDigest, listsPinned }: TagState, pinned: string): RuleResult {
  const aspect = 'drift';
  if (currentDigest === pinned)
    return { outcome: 'pass', aspect, message: `The tag ${tag} still points to ${pinned}.` };
  if (listsPinned)
    return { outcome: 'pass', aspect, message: `The tag ${tag} still lists ${pinned} for one of its platforms.` };
  return {
    outcome: 'fail',
    aspect,
    message: `The tag ${tag} points to ${currentDigest} now; the pin is ${pinned}.`,
    fix: `Replace the digest with ${currentDigest}.`,
  };
}

function patches({ tag, newerTag, tagsUnknown }: TagState): RuleResult {
  const aspect = 'newer-patch';
  if (newerTag !== undefined)
    return {
      outcome: 'fail',
      aspect,
      message: `There is a newer patch than ${tag}: ${newerTag}.`,
      fix: `Use the tag ${newerTag}, and its digest.`,
    };
  if (tagsUnknown !== undefined)
    return {
      outcome: 'indeterminate',
      aspect,
      message: `Whether there is a newer patch than ${tag} is not known: ${tagsUnknown}`,
      fix: 'Allow the account to list the tags of the repository, or set `newer-patch: false`.',
    };
  return { outcome: 'pass', aspect, message: `There is no newer patch than ${tag}.` };
}
