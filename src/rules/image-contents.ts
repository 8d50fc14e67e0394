import type { FilesystemFacts } from '../image-content/filesystem/filesystem-facts.js';
import { andMore, listed } from '../lib/text.js';
import type { Inventory } from '../packages/inventory.js';
import type { ImageRuleSubject, RuleResult } from './rule.js';

/** Without a limit, an image could make its answer arbitrarily long. */
const MAX_DETAILS = 1000;

/**
 * Whether it is a Windows image that is evaluated for Windows. An image's own word is not enough: BuildKit builds Linux
 * stages on a single manifest that calls itself Windows, with a warning, and its layers are then Linux files.
 */
export function isWindowsImage({ evidence, platform }: Pick<ImageRuleSubject, 'evidence' | 'platform'>): boolean {
  const configured = evidence.image?.status === 'present' ? evidence.image.value.configuration.os : platform.os;
  return platform.os === 'windows' && configured === 'windows';
}

/** The answer of a rule over contents where there is nothing to look at: a Windows image. Null otherwise. */
export function withoutLinuxContents(subject: ImageRuleSubject): RuleResult | null {
  if (!isWindowsImage(subject)) return null;
  return {
    outcome: 'not-applicable',
    message: 'It is a Windows image, and this rule evaluates only Linux files.',
  };
}

/**
 * What keeps a rule that found nothing in an image's files from passing: files whose content could not be evaluated. Null
 * where every file was.
 */
export function unevaluated({ unread }: FilesystemFacts): RuleResult | null {
  if (unread.length === 0) return null;
  return {
    outcome: 'indeterminate',
    message: `${unread.length === 1 ? 'A file of it' : `${unread.length} files of it`} could not be evaluated: ${listed(unread.map(({ path }) => `/${path}`))}.`,
    fix: "Ask the image's publisher to build it with plain files in its layers.",
    details: shortened(unread.map(({ path, reason }) => `/${path}: ${reason}`)),
  };
}

/** Why a list of packages may lack some. That os-release is contradicted says nothing about how many there are. */
export function unreadPackages({ unknowns }: Inventory): Inventory['unknowns'] {
  return unknowns.filter(({ path }) => !path.endsWith('/os-release'));
}

/** The same of an image's package databases and os-release: those of `unknowns` that the answer hangs on. */
export function unreadInventory(unknowns: Inventory['unknowns']): RuleResult | null {
  const [first] = unknowns;
  if (first === undefined) return null;
  return {
    outcome: 'indeterminate',
    message: `What is installed is not known for certain, by /${first.path}${andMore(unknowns.length - 1)}: ${first.reason.slice(0, 300)}.`,
    fix: "Ask the image's publisher to keep os-release and package database as its distribution's package manager writes them.",
    details: shortened(unknowns.map(({ path, reason }) => `/${path}: ${reason}`)),
  };
}

/** Lines of an answer, all of them but where an image has an excess of them; the last line then says so. */
export function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_DETAILS) return lines;
  return [
    ...lines.slice(0, MAX_DETAILS),
    `${lines.length - MAX_DETAILS} further lines are left out (limit answer-details)`,
  ];
}
