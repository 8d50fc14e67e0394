import type { ImageUse } from '../../build-files/image-use.js';
import type { Stage, StageBase } from '../../build-files/stage.js';
import { groupBy } from '../../lib/collections.js';
import { html, type Markup } from '../../lib/escape/html.js';
import { cutMiddle, visible } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import { imageName } from '../image-name.js';
import { signOfRow } from '../image-rows.js';
import { meaningOf, type Sign, severityOf, worstSign } from '../signs.js';
import { more, type PageContext, place } from './context.js';
import { markOf } from './marks.js';

/** A drawing of more can't be taken in; the list next to it is whole. */
const MAX_NODES = 80;
const MAX_DRAWN = 100;
const MAX_FILES = 2000;
const OPEN_FILES = 3;

const WIDTH = 230;
const HEIGHT = 46;
const GAP_X = 70;
const GAP_Y = 16;
const MAX_LABEL = 29;

interface Node {
  readonly key: string;
  readonly name: string;
  readonly about: string;
  readonly sign: Sign | null;
  readonly column: number;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly isCopy: boolean;
}

/** What is built on what: each build file with its stages, drawn and as a list; files with failures come first. */
export function graphSection(context: PageContext): Markup | undefined {
  const { stages, uses } = context.report;
  if (stages.length === 0) return undefined;
  const byId = new Map(uses.map((use) => [use.id, use]));
  const files = [...groupBy(stages, ({ file }) => file)]
    .map(([file, own]) => ({ file, stages: own, sign: worstSign(own.flatMap((stage) => signsOf(stage, context))) }))
    .sort((a, b) => severityOf(a.sign) - severityOf(b.sign));
  const shown = files.slice(0, MAX_FILES).map(({ file, stages: own }, index) => {
    const drawn = index < MAX_DRAWN ? drawing(own, byId, context) : undefined;
    return html`<details class="graph"${index < OPEN_FILES ? html` open` : undefined}>
      <summary><code>${file}</code> <span class="aside">${plural(own.length, 'stage')}</span></summary>
      ${drawn === undefined ? undefined : html`<div class="drawing" tabindex="0" role="group" aria-label="Drawing of ${file}">${drawn}</div>`}
      <ul class="stages">${own.map((stage) => stageItem(stage, own, byId, context))}</ul>
    </details>`;
  });
  return html`<section id="graph" aria-labelledby="graph-title">
    <h2 id="graph-title">What is built on what</h2>
    <p class="hint">A line is FROM; a dashed one is what is only copied or mounted from.</p>
    ${shown}${more(files.length - shown.length, 'build files')}
  </section>`;
}

function signsOf(stage: Stage, context: PageContext): readonly Sign[] {
  return usesOf(stage).flatMap((use) => signOfUse(use, context) ?? []);
}

function usesOf({ base, otherBases = [], usesFrom }: Stage): readonly string[] {
  const bases = [base, ...otherBases].flatMap((one) => (one.kind === 'image' ? [one.use] : []));
  return [...bases, ...usesFrom];
}

function signOfUse(use: string, { rows, rowOfUse }: PageContext): Sign | null {
  const row = rows[rowOfUse.get(use) ?? -1];
  return row === undefined ? null : signOfRow(row);
}

/** A text alternative of the drawing, for screen readers. */
function stageItem(
  stage: Stage,
  stages: readonly Stage[],
  uses: ReadonlyMap<string, ImageUse>,
  context: PageContext,
): Markup {
  const bases = [stage.base, ...(stage.otherBases ?? [])].map((base) => baseText(base, stages, uses, context));
  const copied = [
    ...stage.copiesFrom.map((index) => html`${nameOf(stages, index)}`),
    ...stage.usesFrom.map((use) => imageLink(use, uses, context)),
  ];
  const ships = stage.target ? 'target' : stage.ships ? 'ships' : 'build only';
  return html`<li><strong>${stageName(stage)}</strong> ${place(stage, context)} <span class="aside">${ships}</span>
    <br>FROM ${listOf(bases, ' or ')}${copied.length === 0 ? undefined : html`; copies from ${listOf(copied, ', ')}`}</li>`;
}

function listOf(pieces: readonly Markup[], joint: string): readonly Markup[] {
  return pieces.map((piece, index) => (index === 0 ? piece : html`${joint}${piece}`));
}

function baseText(
  base: StageBase,
  stages: readonly Stage[],
  uses: ReadonlyMap<string, ImageUse>,
  context: PageContext,
): Markup {
  if (base.kind === 'image') return imageLink(base.use, uses, context);
  if (base.kind === 'stage') return html`${nameOf(stages, base.index)}`;
  return base.kind === 'scratch' ? html`scratch` : html`what is not known: ${base.reason}`;
}

function imageLink(id: string, uses: ReadonlyMap<string, ImageUse>, { rowOfUse }: PageContext): Markup {
  const use = uses.get(id);
  const row = rowOfUse.get(id);
  if (use === undefined) return html`an image`;
  const name = html`<code>${imageName(use)}</code>`;
  return row === undefined ? name : html`<a href="#i${row}">${name}</a>`;
}

function nameOf(stages: readonly Stage[], index: number): string {
  const stage = stages.find((one) => one.index === index);
  return stage === undefined ? `stage ${index}` : stageName(stage);
}

function stageName({ name, index }: Stage): string {
  return name ?? `stage ${index}`;
}

/** A drawing from left to right: each stage to the right of all it is made from, an image beside what is built on it first. */
function drawing(
  stages: readonly Stage[],
  uses: ReadonlyMap<string, ImageUse>,
  context: PageContext,
): Markup | undefined {
  const { nodes, edges } = graphOf(stages, uses, context);
  if (nodes.length < 2 || nodes.length > MAX_NODES) return undefined;
  const places = placed(nodes);
  const all = [...places.values()];
  const width = Math.max(...all.map(({ x }) => x)) + WIDTH;
  const height = Math.max(...all.map(({ y }) => y)) + HEIGHT;
  return html`<svg viewBox="0 0 ${width + 2} ${height + 2}" width="${width + 2}" height="${height + 2}" aria-hidden="true" focusable="false">
    <g transform="translate(1 1)" fill="none" stroke="currentColor">${edges.map((edge) => edgeLine(edge, places))}</g>
    <g transform="translate(1 1)">${nodes.map((node) => nodeBox(node, places))}</g>
  </svg>`;
}

function graphOf(
  stages: readonly Stage[],
  uses: ReadonlyMap<string, ImageUse>,
  context: PageContext,
): { readonly nodes: readonly Node[]; readonly edges: readonly Edge[] } {
  const nodes = new Map<string, Node>();
  const edges: Edge[] = [];
  const columns = new Map<number, number>();
  const imageNode = (id: string, column: number): string => {
    const use = uses.get(id);
    const key = `image ${context.rowOfUse.get(id) ?? id}`;
    const sign = signOfUse(id, context);
    const about = sign === null ? 'image' : `${markOf(sign).symbol} ${meaningOf(sign)}`;
    const nearest = Math.min(column - 1, nodes.get(key)?.column ?? column);
    nodes.set(key, { key, name: use === undefined ? id : imageName(use), about, sign, column: nearest });
    return key;
  };
  for (const stage of stages) {
    const key = `stage ${stage.index}`;
    const bases = [stage.base, ...(stage.otherBases ?? [])];
    const before = [...bases.flatMap((base) => (base.kind === 'stage' ? [base.index] : [])), ...stage.copiesFrom];
    // A stage names only earlier ones; what a broken file names otherwise counts as the first column.
    const column = 1 + Math.max(0, ...before.map((index) => columns.get(index) ?? 0));
    columns.set(stage.index, column);
    for (const base of bases) {
      const from =
        base.kind === 'image'
          ? imageNode(base.use, column)
          : base.kind === 'stage'
            ? `stage ${base.index}`
            : otherNode(base, column, nodes);
      edges.push({ from, to: key, isCopy: false });
    }
    for (const index of stage.copiesFrom) edges.push({ from: `stage ${index}`, to: key, isCopy: true });
    for (const use of stage.usesFrom) edges.push({ from: imageNode(use, column), to: key, isCopy: true });
    const about = `line ${stage.line} · ${stage.target ? 'target' : stage.ships ? 'ships' : 'build only'}`;
    nodes.set(key, { key, name: stageName(stage), about, sign: null, column });
  }
  return { nodes: [...nodes.values()], edges };
}

function otherNode(base: StageBase, column: number, nodes: Map<string, Node>): string {
  const name = base.kind === 'scratch' ? 'scratch' : 'not known';
  const nearest = Math.min(column - 1, nodes.get(name)?.column ?? column);
  nodes.set(name, { key: name, name, about: 'no image', sign: null, column: nearest });
  return name;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function placed(nodes: readonly Node[]): ReadonlyMap<string, Point> {
  const filled = new Map<number, number>();
  return new Map(
    nodes.map(({ key, column }) => {
      const row = filled.get(column) ?? 0;
      filled.set(column, row + 1);
      return [key, { x: column * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) }];
    }),
  );
}

function edgeLine({ from, to, isCopy }: Edge, places: ReadonlyMap<string, Point>): Markup | string {
  const start = places.get(from);
  const end = places.get(to);
  if (start === undefined || end === undefined) return '';
  const [x1, y1] = [start.x + WIDTH, start.y + HEIGHT / 2];
  const [x2, y2] = [end.x, end.y + HEIGHT / 2];
  const bend = Math.max(GAP_X / 2, (x2 - x1) / 2);
  const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 6} ${y2}`;
  const dashes = isCopy ? html` stroke-dasharray="5 4"` : undefined;
  return html`<path class="edge" d="${path}"${dashes}/><path class="tip" d="M${x2 - 7} ${y2 - 4}L${x2} ${y2}L${x2 - 7} ${y2 + 4}Z" fill="currentColor"/>`;
}

function nodeBox({ key, name, about, sign }: Node, places: ReadonlyMap<string, Point>): Markup | string {
  const at = places.get(key);
  if (at === undefined) return '';
  const tone = sign === null ? 'stage' : markOf(sign).name;
  return html`<g class="node ${tone}" transform="translate(${at.x} ${at.y})">
    <title>${name}</title>
    <rect width="${WIDTH}" height="${HEIGHT}" rx="6" fill="none" stroke="currentColor"/>
    <text class="name" x="12" y="19" font-size="12" font-family="monospace">${cutMiddle(visible(name), MAX_LABEL)}</text>
    <text class="about" x="12" y="36" font-size="11" font-family="sans-serif">${about}</text>
  </g>`;
}
