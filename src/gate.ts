import { readRepository } from './build-files/read.js';
import type { Reading, ReadingOptions } from './build-files/reading.js';
import type { RepositoryTree, TreeError } from './build-files/repository-tree.js';
import type { Catalogue } from './catalog/publisher.js';
import type { Change } from './change.js';
import { type Collectors, startCollection } from './evidence/collect.js';
import type { RunSettings } from './evidence/collector.js';
import { judgeUse } from './judge-use.js';
import type { Policy } from './policy/policy.js';
import { applyWaivers } from './policy/waivers.js';
import type { ImageSource } from './registry/image-source.js';
import { findingsOf } from './reports/findings.js';
import { judgedImages } from './reports/judged-images.js';
import type { Finding, Report } from './reports/report.js';
import { ok, type Result } from './result.js';
import { answersOfChange, answersOfFile } from './rules/evaluate.js';
import { rules } from './rules/index.js';
import { verdictOf } from './verdict.js';
import { version } from './version.js';

/** Everything a run is given. What GitHub or a desk is, the gate does not know. */
export interface GateInput {
  readonly tree: RepositoryTree;
  readonly reading: ReadingOptions;
  readonly policy: Policy;
  readonly catalogue: Catalogue;
  readonly source: ImageSource;
  readonly collectors: Collectors;
  readonly settings: RunSettings;
  readonly change: Change | null;
  /** Open images whose identity failed, too. */
  readonly all: boolean;
  /** Findings and sentences that arose before the gate: a broken policy on the base branch, a missing permission. */
  readonly preliminary: { readonly findings: readonly Finding[]; readonly notices: readonly string[] };
}

/**
 * Judges a repository: build files → uses → images → evidence → answers → verdict. Fails only where the repository's
 * content can't be listed; whatever else goes wrong is an answer in the report.
 */
export async function runGate(input: GateInput): Promise<Result<Report, TreeError>> {
  const read = await readRepository(input.tree, input.reading);
  if (!read.ok) return read;
  const evidence = startCollection(input);

  const judged = await Promise.all(read.value.uses.map((use) => judgeUse(use, read.value, input, evidence)));
  const answers = [
    ...read.value.files.flatMap((file) => answersOfFile(rules, file, input.policy)),
    ...judged.flatMap((judgement) => judgement.answers),
    ...answersOfChange(rules, input.policy, input.change),
  ];
  const uses = judged.map((judgement) => judgement.use);
  const waived = applyWaivers(input.policy, answers, uses, input.settings.now);
  const findings = [
    ...input.preliminary.findings,
    ...findingsOf({ answers: waived.answers, uses, waivers: waived.waivers, policy: input.policy }),
  ];
  return ok({
    tool: { version, catalogue: input.catalogue.version, feeds: [] },
    verdict: verdictOf(waived.answers),
    policy: {
      source: input.policy.source,
      profile: input.policy.profile,
      allowListEnforced: input.policy.allow.length > 0,
    },
    files: read.value.files,
    stages: read.value.stages,
    uses,
    images: judgedImages(judged),
    answers: waived.answers,
    findings,
    waivers: waived.waivers,
    limits: [],
    notices: [...input.preliminary.notices, ...noticesOf(input.policy, read.value)],
  });
}

function noticesOf(policy: Policy, { uses, files }: Reading): readonly string[] {
  const notices: string[] = [];
  if (!files.some(({ status }) => status !== 'skipped')) {
    notices.push('No build file was found, so nothing was judged.');
  } else if (uses.length === 0) {
    notices.push('The build files name no external image, so nothing was judged.');
  }
  if (policy.allow.length === 0) {
    notices.push(
      'The allowlist is not enforced: the policy has none. Add .github/base-image-gate.yml (`policy init` proposes one) to say which images may be built on.',
    );
  }
  return notices;
}
