import { optionalField } from '../lib/collections.js';
import { parseReference, repositoryName } from '../references/reference.js';
import type { Problem, SurveyDocument } from './document.js';
import type { RepositoryRecord } from './records.js';

type Step = SurveyDocument['steps'][number];

interface Blocker {
  readonly isImage: boolean;
  readonly what: string;
  readonly rules: Set<string>;
  readonly fixes: Map<string, number>;
  readonly repositories: Set<string>;
  unblocks: number;
}

/**
 * What keeps repositories from passing, by what one decision would change: images of one name, whatever their tags, and
 * rules about build files. First what alone stands between the most repositories and a pass.
 */
export function stepsOf(repositories: readonly RepositoryRecord[]): SurveyDocument['steps'] {
  const blockers = new Map<string, Blocker>();
  for (const { name, references, files } of repositories) {
    const own = new Set<Blocker>();
    const block = (isImage: boolean, what: string, failures: readonly Problem[]) => {
      const key = `${isImage} ${what}`;
      const known: Blocker = blockers.get(key) ?? newBlocker(isImage, what);
      blockers.set(key, known);
      own.add(known);
      for (const { rule, fix } of failures) {
        known.rules.add(rule);
        if (fix !== undefined) known.fixes.set(fix, (known.fixes.get(fix) ?? 0) + 1);
      }
    };
    for (const { image, problems } of references) {
      const failures = failuresOf(problems);
      if (failures.length > 0) block(true, image === null ? UNRESOLVED : nameOf(image), failures);
    }
    for (const { problems } of files) for (const one of failuresOf(problems)) block(false, one.rule, [one]);
    for (const blocker of own) {
      blocker.repositories.add(name);
      if (own.size === 1) blocker.unblocks += 1;
    }
  }
  return [...blockers.values()].map(asStep).sort(byEffect);
}

const UNRESOLVED = 'references that only a running build knows';

function newBlocker(isImage: boolean, what: string): Blocker {
  return { isImage, what, rules: new Set(), fixes: new Map(), repositories: new Set(), unblocks: 0 };
}

function failuresOf(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ level, outcome }) => level === 'error' && outcome === 'fail');
}

function nameOf(image: string): string {
  const reference = parseReference(image);
  return reference.ok ? repositoryName(reference.value) : image;
}

function asStep({ isImage, what, rules, fixes, repositories, unblocks }: Blocker): Step {
  const [fix] = [...fixes].sort(([a, often], [b, seldom]) => seldom - often || (a < b ? -1 : 1))[0] ?? [];
  return {
    action: actionOf(isImage, what, rules),
    what,
    rules: [...rules].sort(),
    repositories: repositories.size,
    unblocks,
    ...optionalField('fix', fix),
  };
}

/** An image that fails for its name alone may be allowed; one that also fails for what it is has to be replaced. */
function actionOf(isImage: boolean, what: string, rules: ReadonlySet<string>): Step['action'] {
  if (!isImage || what === UNRESOLVED) return 'fix-file';
  const only = (...ids: readonly string[]) => [...rules].every((rule) => ids.includes(rule));
  if (only('pinned-by-digest')) return 'pin';
  if (only('known-reference', 'overridable-base')) return 'fix-file';
  return only('allowed-base', 'allowed-frontend', 'pinned-by-digest') ? 'allow' : 'replace';
}

function byEffect(a: Step, b: Step): number {
  return b.unblocks - a.unblocks || b.repositories - a.repositories || (a.what < b.what ? -1 : 1);
}
