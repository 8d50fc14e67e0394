import type { ImageUse } from '../../build-files/image-use.js';
import type { Stage } from '../../build-files/stage.js';
import { groupBy } from '../../lib/collections.js';
import { cutMiddle, visible } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import type { Answer } from '../../rules/answer.js';
import { imageKey, imageName, shortDigest } from '../image-name.js';
import type { Report } from '../report.js';
import { type Sign, signOf, worstSign } from '../signs.js';

const MAX_LABEL = 80;

/**
 * Text of others as a quoted Mermaid label: everything but letters, digits and a few signs is an entity code. Colons
 * are, since Mermaid's own treatment of entity codes looks for `style…:…#…;`; spaces are, since its lexer takes a line
 * for a statement that has `direction LR` anywhere, in quotes or not.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
export function mermaidLabel(text: string): string {
  // An empty label is a syntax error in Mermaid; what a variable without a value leaves is one.
  const shown = cutMiddle(visible(text), MAX_LABEL).trim() || '(empty)';
  return `"${shown.replace(/[^\p{L}\p{N}/._@-]/gu, (one) => `#${one.codePointAt(0) ?? 0};`)}"`;
}

/**
 * Mermaid refuses more than 500 edges and 50,000 characters; a graph that long can't be read either.
 * @see https://mermaid.js.org/config/schema-docs/config.html#maxedges
 */
const MAX_EDGES = 150;
const MAX_CHARACTERS = 30_000;
/** About how long the line of an image is, its label at its longest. */
const IMAGE_LINE = 120;

/** Colors that can be reported on GitHub's light and dark pages, each with its own text color. */
const CLASSES: Readonly<Record<Sign, { readonly name: string; readonly style: string }>> = {
  '❌': { name: 'failed', style: 'fill:#cf222e,stroke:#82071e,color:#ffffff' },
  '❓': { name: 'undecided', style: 'fill:#8250df,stroke:#512a97,color:#ffffff' },
  '⚠️': { name: 'warned', style: 'fill:#d4a72c,stroke:#7d4e00,color:#1f2328' },
  ℹ️: { name: 'noted', style: 'fill:#54aeff,stroke:#0550ae,color:#1f2328' },
  '🩹': { name: 'waived', style: 'fill:#eac54f,stroke:#7d4e00,color:#1f2328' },
  '⏭️': { name: 'skipped', style: 'fill:#afb8c1,stroke:#57606a,color:#1f2328' },
  '✅': { name: 'passed', style: 'fill:#1a7f37,stroke:#044f1e,color:#ffffff' },
  '–': { name: 'unevaluated', style: 'fill:#d0d7de,stroke:#57606a,color:#1f2328' },
};

/** One build file drawn: its lines, and the images its edges come from. */
interface DrawnFile {
  readonly lines: readonly string[];
  readonly edges: number;
  readonly images: readonly string[];
}

/**
 * A Mermaid flowchart of images and the stages built on them, each colored by its worst answer: FROM is a line,
 * what is only copied or mounted from is dotted. Files with failures come first; those that don't fit are counted.
 * Empty where there are no stages.
 */
export function stageGraph(report: Report): string {
  const files = [...new Set(report.stages.map((stage) => stage.file))];
  if (files.length === 0) return '';
  const signs = signsOfUses(report.answers);
  const images = new ImageNodes(report.uses, signs);
  const drawn = files
    .map((file) => ({ file, sign: images.signOfFile(file), stages: report.stages.filter((one) => one.file === file) }))
    .sort((a, b) => ORDER.indexOf(a.sign) - ORDER.indexOf(b.sign))
    .map(({ file, stages }, index) => drawFile(file, stages, `f${index}`, images));

  const shown: DrawnFile[] = [];
  const used = new Set<string>();
  let edges = 0;
  let characters = 0;
  for (const file of drawn) {
    const more = file.images.filter((image) => !used.has(image));
    const length = file.lines.reduce((sum, line) => sum + line.length + 1, 0) + more.length * IMAGE_LINE;
    if (edges + file.edges > MAX_EDGES || characters + length > MAX_CHARACTERS) continue;
    shown.push(file);
    for (const image of more) used.add(image);
    edges += file.edges;
    characters += length;
  }
  const left = drawn.length - shown.length;
  const note = left > 0 ? `\n\n_${plural(left, 'build file')} more than can be drawn_` : '';
  if (shown.length === 0) return note.trim();
  const body = [...images.lines(used), ...shown.flatMap((file) => file.lines)];
  const classes = Object.values(CLASSES)
    .filter(({ name }) => body.some((line) => line.endsWith(`:::${name}`)))
    .map(({ name, style }) => `  classDef ${name} ${style}`);
  return `\`\`\`mermaid\n${['flowchart LR', ...body, ...classes].join('\n')}\n\`\`\`${note}`;
}

const ORDER = Object.keys(CLASSES);

function signsOfUses(answers: readonly Answer[]): ReadonlyMap<string, readonly Sign[]> {
  const about = answers.filter(({ use }) => use !== undefined);
  return new Map([...groupBy(about, ({ use = '' }) => use)].map(([use, all]) => [use, all.map(signOf)]));
}

/** The images of a run as nodes: one node a name, however many uses name it. */
class ImageNodes {
  readonly #nodes = new Map<string, { readonly id: string; readonly name: string; readonly signs: Sign[] }>();
  readonly #ofUse = new Map<string, string>();
  readonly #signs: ReadonlyMap<string, readonly Sign[]>;
  readonly #files = new Map<string, Sign[]>();

  constructor(uses: readonly ImageUse[], signs: ReadonlyMap<string, readonly Sign[]>) {
    this.#signs = signs;
    for (const use of uses) {
      const digest = use.reference?.digest;
      const name = digest === undefined ? imageName(use) : `${imageName(use)}@${shortDigest(digest)}`;
      const node = this.#nodes.get(imageKey(use)) ?? { id: `i${this.#nodes.size}`, name, signs: [] };
      node.signs.push(...(signs.get(use.id) ?? []));
      this.#nodes.set(imageKey(use), node);
      this.#ofUse.set(use.id, node.id);
      const file = this.#files.get(use.file) ?? [];
      file.push(...(signs.get(use.id) ?? []));
      this.#files.set(use.file, file);
    }
  }

  idOf(use: string): string | undefined {
    return this.#ofUse.get(use);
  }

  signOf(uses: readonly string[]): Sign {
    return worstSign(uses.flatMap((use) => this.#signs.get(use) ?? []));
  }

  signOfFile(file: string): Sign {
    return worstSign(this.#files.get(file) ?? []);
  }

  lines(ids: ReadonlySet<string>): readonly string[] {
    return [...this.#nodes.values()]
      .filter((node) => ids.has(node.id))
      .map((node) => {
        const sign = worstSign(node.signs);
        return `  ${node.id}([${mermaidLabel(signed(node.name, sign))}]):::${CLASSES[sign].name}`;
      });
  }
}

function drawFile(file: string, stages: readonly Stage[], id: string, images: ImageNodes): DrawnFile {
  const stageId = (index: number) => `${id}s${index}`;
  const known = new Set(stages.map((stage) => stage.index));
  const used = new Set<string>();
  const edges: string[] = [];
  const fromImage = (use: string, arrow: string, to: number) => {
    const image = images.idOf(use);
    if (image === undefined) return;
    used.add(image);
    edges.push(`  ${image} ${arrow} ${stageId(to)}`);
  };
  for (const stage of stages) {
    const { base } = stage;
    if (base.kind === 'image') fromImage(base.use, '-->', stage.index);
    if (base.kind === 'stage' && known.has(base.index))
      edges.push(`  ${stageId(base.index)} --> ${stageId(stage.index)}`);
    for (const copied of new Set(stage.copiesFrom)) {
      if (known.has(copied)) edges.push(`  ${stageId(copied)} -.-> ${stageId(stage.index)}`);
    }
    for (const use of new Set(stage.usesFrom)) fromImage(use, '-.->', stage.index);
  }
  const nodes = stages.map((stage) => {
    const sign = stageSign(stage, images);
    return `    ${stageId(stage.index)}${stageShape(stage, sign)}:::${CLASSES[sign].name}`;
  });
  return {
    lines: [`  subgraph ${id}[${mermaidLabel(file)}]`, ...nodes, '  end', ...edges],
    edges: edges.length,
    images: [...used],
  };
}

/** A target has a double border: it is what ships. */
function stageShape(stage: Stage, sign: Sign): string {
  const label = mermaidLabel(signed(stage.name ?? `stage ${stage.index}`, sign));
  return stage.target ? `[[${label}]]` : `[${label}]`;
}

/** The worst answer about the images of a stage. It is written as well: not everyone sees colors. */
function stageSign(stage: Stage, images: ImageNodes): Sign {
  return images.signOf([...(stage.base.kind === 'image' ? [stage.base.use] : []), ...stage.usesFrom]);
}

function signed(name: string, sign: Sign): string {
  return sign === '–' ? name : `${sign} ${name}`;
}
