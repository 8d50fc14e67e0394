import { plural } from '../lib/text.js';
import type { SurveyDocument } from './document.js';

/** A table of the survey, the same in every form that people read. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** A sentence below the title. */
  readonly about: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly title: string;
  readonly isNumber?: true;
}

/** What stands in a cell: a number, a word of ours or prose, or a name of others that is shown as it is. */
export type Cell = number | { readonly text: string } | { readonly name: string };

const text = (written: string): Cell => ({ text: written });
const name = (written: string): Cell => ({ name: written });
const number = (title: string): Column => ({ title, isNumber: true });
const column = (title: string): Column => ({ title });

const repositoriesOf = (count: number) => plural(count, 'repository', 'repositories');

/** One sentence: what the policy would do. It never claims more than was surveyed. */
export function headline({ verdicts, repositoryCount: { surveyed }, complete }: SurveyDocument): string {
  const parts = [`${verdicts.pass} pass`, `${verdicts.fail} fail`, `${verdicts.indeterminate} could not be decided`];
  const whole = complete ? '' : ' This survey is partial.';
  return `Of ${repositoriesOf(surveyed)} surveyed, ${parts.join(', ')}.${whole}`;
}

/** What was surveyed and what was not, in sentences. */
export function coverageSentences(document: SurveyDocument): readonly string[] {
  const { repositoryCount: counts, coverage, shards, audience } = document;
  const leftOut = [
    [counts.archived, 'archived'],
    [counts.disabled, 'disabled'],
    [counts.empty, 'empty'],
  ] as const;
  const some = leftOut.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const missing = shards === undefined ? 0 : shards.of - shards.there.length;
  return [
    `${repositoriesOf(counts.listed)} listed, ${counts.surveyed} surveyed, ${counts.failed} could not be read.`,
    ...(some.length > 0 ? [`Left out: ${some.join(', ')}.`] : []),
    ...(counts.morePrivate > 0 && audience !== undefined
      ? [
          `${repositoriesOf(counts.morePrivate)} not named here: more private than ${audience.repository} (${audience.visibility}).`,
        ]
      : []),
    ...(missing > 0
      ? [`${plural(missing, 'shard')} of ${shards?.of} missing: their repositories are not included.`]
      : []),
    `Of ${plural(coverage.references, 'image reference')}, ${coverage.full} were fully checked, ${coverage.partial} partly, ${coverage.unchecked} not, and ${coverage.unresolved} are known only to a running build.`,
  ];
}

/** By what the repositories were evaluated. */
export function basisSentence({ policy, day, tool }: SurveyDocument): string {
  const own = policy.repositoryPolicies
    ? "repositories' own policies and waivers in its place"
    : "without repositories' own policies and waivers";
  const commit = policy.commit === undefined ? '' : ` at ${policy.commit.slice(0, 12)}`;
  return `Policy ${policy.source}${commit}, profile ${policy.profile}, ${own}; ${day}, base-image-gate ${tool.version}.`;
}

const ACTIONS = {
  allow: 'allow or replace',
  pin: 'pin by digest',
  replace: 'replace',
  'fix-file': 'fix the build files',
} as const;

/** The tables of a survey, the one to act on first. */
export function sectionsOf(document: SurveyDocument): readonly Section[] {
  const counts = [number('Repositories'), number('References')];
  return [
    {
      id: 'steps',
      title: 'What to do first',
      about:
        'Failures at level error. Unblocks: repositories with no other failure. An image that is not opened today may fail further rules once it is allowed.',
      columns: [column('Action'), column('What'), number('Unblocks'), number('Repositories'), column('Rules')],
      rows: document.steps.map((step) => [
        text(ACTIONS[step.action]),
        name(step.what),
        step.unblocks,
        step.repositories,
        text(step.rules.join(', ')),
      ]),
    },
    {
      id: 'rules',
      title: 'Failing rules',
      about: 'Errors decide the verdict; warnings do not.',
      columns: [column('Rule'), column('Level'), column('Outcome'), ...counts, number('Images')],
      rows: document.rules.map((row) => [
        text(row.rule),
        text(row.level),
        text(row.outcome),
        row.repositories,
        row.references,
        row.images,
      ]),
    },
    {
      id: 'images',
      title: 'Images',
      about: 'By the number of repositories that name them.',
      columns: [column('Image'), column('Publisher'), ...counts, column('Fails')],
      rows: document.images.map((image) => [
        name(image.reference),
        text(image.publisher ?? ''),
        image.repositories,
        image.references,
        text(image.failing.join(', ')),
      ]),
    },
    {
      id: 'publishers',
      title: 'Publishers',
      about: 'According to the catalog.',
      columns: [column('Publisher'), number('Images'), ...counts],
      rows: document.publishers.map((row) => [
        text(row.publisher ?? 'not in the catalog'),
        row.images,
        row.repositories,
        row.references,
      ]),
    },
    {
      id: 'owners',
      title: 'Owners',
      about: 'By CODEOWNERS: whose builds the policy would block.',
      columns: [
        column('Owner'),
        number('Repositories'),
        number('Failing references and files'),
        number('Unread builds'),
      ],
      rows: document.owners.map((row) => [
        row.owner === null ? text('no owner') : name(row.owner),
        row.repositories,
        row.failing,
        row.unread,
      ]),
    },
    {
      id: 'unread',
      title: 'Unread builds',
      about: 'Builds that were found but not read: which images they pull is unknown.',
      columns: [column('What'), number('Repositories'), number('Places')],
      rows: document.unread.map((row) => [text(row.what), row.repositories, row.places]),
    },
    {
      id: 'failed',
      title: 'Repositories that could not be surveyed',
      about: 'Nothing is known about them, so they do not count as passing.',
      columns: [column('Repository'), column('Why'), column('What to do')],
      rows: document.failed.map((row) => [name(row.name), text(row.message), text(row.fix)]),
    },
    {
      id: 'repositories',
      title: 'Repositories',
      about: 'Those that fail come first.',
      columns: [
        column('Repository'),
        column('Verdict'),
        number('References'),
        number('Errors'),
        number('Unread builds'),
      ],
      rows: worstFirst(document).map((row) => [
        name(row.name),
        text(row.verdict),
        row.coverage.references,
        errorsOf(row, document),
        row.unread.length,
      ]),
    },
  ];
}

const RANK = { fail: 0, indeterminate: 1, pass: 2 } as const;

function worstFirst({ repositories }: SurveyDocument): SurveyDocument['repositories'] {
  return repositories.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]);
}

function errorsOf({ references, files }: SurveyDocument['repositories'][number], { problems }: SurveyDocument): number {
  return [...references, ...files].filter((one) => one.problems.some((index) => problems[index]?.level === 'error'))
    .length;
}
