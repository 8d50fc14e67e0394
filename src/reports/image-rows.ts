import type { ImageUse } from '../build-files/image-use.js';
import { groupBy } from '../lib/collections.js';
import type { Answer } from '../rules/answer.js';
import { imageKey, imageName } from './image-name.js';
import type { EvaluatedImage, Report } from './report.js';
import { type Sign, severityOf, signOf, worstSign } from './signs.js';

/** An image name with everything about it: its uses in reading order, the image on each platform, all answers. */
export interface ImageRow {
  readonly name: string;
  readonly uses: readonly [ImageUse, ...ImageUse[]];
  readonly images: readonly EvaluatedImage[];
  readonly answers: readonly Answer[];
}

/** One row per image name of a report, in the order of their first uses. */
export function imageRows(report: Report): readonly ImageRow[] {
  const images = new Map(report.images.map((image) => [image.id, image]));
  const answers = groupBy(report.answers, ({ use }) => use);
  return [...groupBy(report.uses, imageKey).values()].map((uses) => {
    const own = uses.flatMap((use) => answers.get(use.id) ?? []);
    const ids = new Set(own.flatMap(({ image }) => image ?? []));
    return { name: imageName(uses[0]), uses, images: [...ids].flatMap((id) => images.get(id) ?? []), answers: own };
  });
}

/** The rows with the worst first; rows that are as bad keep their order. */
export function worstRowsFirst(rows: readonly ImageRow[]): readonly ImageRow[] {
  return [...rows].sort((a, b) => severityOf(signOfRow(a)) - severityOf(signOfRow(b)));
}

/** The digest that the first image which was resolved has, else the one that is written. */
export function digestOf({ images, uses }: ImageRow): string | undefined {
  return images.find(({ resolved }) => resolved !== undefined)?.resolved?.digest ?? uses[0].reference?.digest;
}

/** The name of its publisher, if it is in the catalog. */
export function publisherOf({ images }: ImageRow): string | undefined {
  return images.find(({ publisher }) => publisher !== undefined)?.publisher;
}

/** The worst of all answers. */
export function signOfRow(row: ImageRow): Sign {
  return worstSign(row.answers.map(signOf));
}

/** The worst of one rule's answers. */
export function signIn(row: ImageRow, rule: string): Sign {
  return worstSign(row.answers.filter((answer) => answer.rule === rule).map(signOf));
}

/**
 * The rules with an answer that is not `dull` about some image, the worst first: where a table is wider than the page,
 * what went wrong is in sight.
 */
export function evaluatedRules(rows: readonly ImageRow[], dull: ReadonlySet<Sign>): readonly string[] {
  const signs = new Map<string, Set<Sign>>();
  for (const { answers } of rows) {
    for (const answer of answers) {
      const own = signs.get(answer.rule);
      if (own === undefined) signs.set(answer.rule, new Set([signOf(answer)]));
      else own.add(signOf(answer));
    }
  }
  return [...signs]
    .filter(([, own]) => [...own].some((sign) => !dull.has(sign)))
    .sort(([, a], [, b]) => severityOf(worstSign(a)) - severityOf(worstSign(b)))
    .map(([rule]) => rule);
}
