import type { Reading } from '../build-files/reading.js';
import type { Stage } from '../build-files/stage.js';
import { rootsOnScratch } from '../image-content/effective-user.js';
import type { Policy } from '../policy/policy.js';
import { ruleSetting } from '../policy/settings.js';
import { nonRoot } from '../rules/non-root.js';
import type { Incomplete } from '../signatures/verified.js';
import { readingNotices } from './notices.js';
import type { EvaluatedImage, Report } from './report.js';

/** What a report says of a whole repository beside its findings: what was not evaluated, and why. None is cut here. */
export function noticesOf(policy: Policy, reading: Reading): readonly string[] {
  const notices = [...readingNotices(reading)];
  const roots = ruleSetting(policy, nonRoot, 'final').level === 'off' ? [] : rootStages(reading.stages);
  if (roots.length > 0) notices.push(rootNotice(roots));
  if (policy.allow.length === 0) {
    const { path, name } = policy.source;
    const advice =
      path === undefined
        ? 'Add .github/base-image-gate.yml (`base-image-gate policy init` proposes one)'
        : `Add \`allow\` to ${name} (\`base-image-gate policy init\` proposes entries)`;
    notices.push(`The allowlist is not enforced: the policy has none. ${advice} to say which images may be built on.`);
  }
  return notices;
}

function rootStages(stages: readonly Stage[]): readonly Stage[] {
  return [...new Set(stages.map(({ file }) => file))].flatMap((file) => rootsOnScratch(stages, file));
}

/** `FROM scratch` names no image that a rule could evaluate. */
function rootNotice(roots: readonly Stage[]): string {
  const places = roots.map(({ file, line }) => `${file}:${line}`).join(', ');
  return `Stages on scratch that run as root are not covered by non-root, which is a rule about images; end them with a USER such as 65532: ${places}.`;
}

/** The images of a run, one a name and platform however many references name it, in the order of their names. */
export function distinctImages(all: Iterable<EvaluatedImage>): readonly EvaluatedImage[] {
  const images = new Map<string, EvaluatedImage>();
  for (const image of all) {
    const known = images.get(image.id);
    // Other rules apply to references of other roles, so that each may have evidence that others did not need.
    const evidence = { ...known?.evidence, ...image.evidence };
    images.set(image.id, { ...known, ...image, evidence });
  }
  return [...images.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What the evidence of a run says about the run itself. */
export interface RunFacts {
  /** The trusted root that signatures were evaluated by, with its date. */
  readonly trustedRoot?: string;
  readonly feeds: Report['tool']['feeds'];
  /** Limits that were passed, each once. */
  readonly limits: Report['limits'];
  /** What to know about how the evidence was had, each once. */
  readonly notes: readonly string[];
}

/** Gathers from the evidence of all images what concerns the run as a whole. */
export function runFacts(images: readonly EvaluatedImage[]): RunFacts {
  const limits = new Map<string, Report['limits'][number]>();
  const roots = new Set<string>();
  const notes = new Set<string>();
  const feeds = new Map<string, string>();
  const note = ({ cause, message, limit = 'limit' }: Incomplete) => {
    if (cause === 'limit') limits.set(message, { name: limit, message });
  };
  for (const { evidence: collected } of images) {
    for (const evidence of Object.values(collected)) {
      if (evidence.status === 'unavailable') note(evidence);
    }
    for (const evidence of [collected.signatures, collected.statements])
      if (evidence?.status === 'present' && evidence.value.incomplete !== undefined) note(evidence.value.incomplete);
    if (collected.signatures?.status === 'present') {
      for (const { name, note } of collected.signatures.value.roots) {
        roots.add(name);
        if (note !== undefined) notes.add(note);
      }
    }
    if (collected.vulnerabilities?.status !== 'present') continue;
    for (const { name, asOf } of collected.vulnerabilities.value.sources) {
      if (asOf !== undefined) feeds.set(name, new Date(asOf).toISOString());
    }
  }
  return {
    ...(roots.size === 0 ? {} : { trustedRoot: [...roots].sort().join('; ') }),
    feeds: [...feeds].map(([name, date]) => ({ name, date })),
    limits: [...limits.values()],
    notes: [...notes],
  };
}
