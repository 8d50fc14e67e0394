import { visible } from '../lib/escape/visible.js';
import type { Policy } from '../policy/policy.js';
import type { Report } from '../reports/report.js';
import { policyDigest } from './policy-digest.js';
import { compare } from './verified-references.js';

/** What an export is made of: a run, and the policy it was evaluated by. */
export interface ExportInput {
  readonly report: Report;
  readonly policy: Policy;
  readonly now: Date;
}

/** What an export wrote, and what its target can't say. */
export interface Exported {
  /** Texts by path; with one, the path is the name it has by convention. */
  readonly files: Readonly<Record<string, string>>;
  /** How many references or allow entries it lets through. */
  readonly allowed: number;
  /** What is denied there although the policy may allow it, or what is left to another check; a sentence each. */
  readonly stated: readonly string[];
}

/** The text of an export that is one file. */
export function onlyFile({ files }: Pick<Exported, 'files'>): string {
  const [text = ''] = Object.values(files);
  return text;
}

/** A form that another program enforces. It never lets through what the gate does not. */
export interface ExportTarget {
  /** The word of `--format`. */
  readonly name: string;
  /** The program that evaluates it. */
  readonly title: string;
  /** What `allowed` counts, such as `allow entry`; references unless it says so. */
  readonly allows?: { readonly one: string; readonly many: string };
  /** It is several files, so that it needs a directory. */
  readonly inDirectory?: true;
  readonly render: (input: ExportInput) => Exported;
}

/**
 * What every export says of itself, by name: from which policy, when, and until when.
 *
 * @param limits where the target lets through more than the gate does, or leaves something to it; a sentence each
 */
export function exportHeader(
  { report, policy, now }: ExportInput,
  limits: readonly string[],
): ReadonlyMap<string, string> {
  const { name, commit, repository } = policy.source;
  const from = repository === undefined || name.includes(repository) ? name : `${repository}/${name}`;
  const [end] = report.waivers
    .filter(({ state }) => state === 'used')
    .map(({ expires, rule }) => `${expires} (${rule})`)
    .sort(compare);
  return new Map([
    ['made-by', `base-image-gate ${report.tool.version}`],
    ['policy', visible(from)],
    ['policy-commit', commit ?? 'unknown: the working tree is not a checkout, or it changes the policy'],
    ['policy-digest', policyDigest(policy)],
    ['day', dayOf(now)],
    ['verdict', report.verdict],
    ['first-waiver-ends', end === undefined ? 'no waiver is in use' : visible(end)],
    ...limits.map((limit, index) => [`limit-${index + 1}`, visible(limit)] as const),
  ]);
}

/** The header as comment lines, `# policy: …`. */
export function headerComment(input: ExportInput, limits: readonly string[]): string {
  return [...exportHeader(input, limits)].map(([name, value]) => `# ${name}: ${value}\n`).join('');
}

/** The day in UTC, ISO 8601. */
function dayOf(now: Date): string {
  return now.toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** JSON as it is written to files: indented, with a line end. */
export function jsonFile(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
