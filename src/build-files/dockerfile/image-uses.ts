import { hash } from 'node:crypto';
import { formatPlatform, type Platform } from '../../references/platform.js';
import { parseReference } from '../../references/reference.js';
import type { ImageUse, Role } from '../image-use.js';
import type { FoundUse } from './found-build.js';
import { shortReason } from './read-error.js';
import type { SourceText } from './source-text.js';

/** A use that was found, the platforms it was found for, and the name of its stage. */
interface Gathered {
  readonly use: FoundUse;
  readonly stageName: string | null;
  /** By their texts. */
  readonly platforms: Map<string, Platform>;
  readonly overridable: Set<string>;
  role: Role;
  reachable: boolean;
}

/** The strictest first: what ships counts before what is copied from, and that before what is only built on. */
const STRICTNESS: readonly Role[] = ['frontend', 'final', 'copy', 'build', 'run'];

/** The stricter of two roles that one place has in different builds. */
export function strictest(first: Role, second: Role): Role {
  return STRICTNESS.indexOf(first) <= STRICTNESS.indexOf(second) ? first : second;
}

/**
 * Gathers the uses of all builds of one file: one for each place and distinct expansion, with the strictest role.
 */
export class UseGatherer {
  readonly #path: string;
  readonly #source: SourceText;
  readonly #assumesPlatform: boolean;
  readonly #gathered = new Map<string, Gathered>();

  /** `assumesPlatform`: no platform is given for the build. */
  constructor(path: string, source: SourceText, assumesPlatform: boolean) {
    this.#assumesPlatform = assumesPlatform;
    this.#path = path;
    this.#source = source;
  }

  add(use: FoundUse, stageName: string | null, platform: Platform): void {
    const key = keyOf(use);
    const name = formatPlatform(platform);
    const known = this.#gathered.get(key);
    if (known === undefined) {
      const { role, reachable } = use;
      const overridable = new Set(use.overridable);
      this.#gathered.set(key, { use, stageName, platforms: new Map([[name, platform]]), overridable, role, reachable });
      return;
    }
    if (!known.platforms.has(name)) known.platforms.set(name, platform);
    for (const argument of use.overridable) known.overridable.add(argument);
    known.role = strictest(known.role, use.role);
    known.reachable ||= use.reachable;
  }

  /** All uses in the order of the file, and the way from a found use to its id. */
  finish(): { uses: ImageUse[]; idOf: (use: FoundUse) => string } {
    const ids = new Map<string, string>();
    const taken = new Map<string, number>();
    const gathered = [...this.#gathered].sort(([, a], [, b]) => a.use.start - b.use.start || a.use.end - b.use.end);
    const uses = gathered.map(([key, found]) => {
      const use = this.#toImageUse(found, taken);
      ids.set(key, use.id);
      return use;
    });
    return { uses, idOf: (use) => ids.get(keyOf(use)) ?? '' };
  }

  #toImageUse(found: Gathered, taken: Map<string, number>): ImageUse {
    const { use, stageName } = found;
    const written = this.#source.slice(use.start, use.end);
    const reference = parseReference(use.expanded);
    const unresolved =
      use.unresolved ?? (reference.ok ? undefined : notAReference(use.expanded, reference.error.reason));
    const { definedAt } = use;
    return {
      id: this.#id(found, written, taken),
      file: this.#path,
      ...this.#source.range(use.start, use.end),
      instruction: use.instruction,
      stage: use.stage === null ? null : { index: use.stage, name: stageName },
      role: found.role,
      reachable: found.reachable,
      platform: use.platform,
      targetPlatforms: [...found.platforms.values()],
      ...(this.#assumesPlatform ? { assumesPlatform: true } : {}),
      written,
      expanded: use.expanded,
      reference: unresolved === undefined && reference.ok ? reference.value : null,
      overridable: [...found.overridable].sort(),
      ...(unresolved === undefined ? {} : { unresolved: shortReason(unresolved) }),
      ...(definedAt === undefined ? {} : { definedAt: this.#source.range(definedAt.start, definedAt.end) }),
    };
  }

  /** Made from what a use means rather than from where it stands, so that it survives unrelated lines; then counted. */
  #id({ use, stageName }: Gathered, written: string, taken: Map<string, number>): string {
    const meaning = JSON.stringify([use.instruction, stageName, written, use.expanded, platformText(use)]);
    const stage = stageName === null ? '' : `${stageName}:`;
    const id = `${this.#path}#${use.instruction.toLowerCase()}:${stage}${hash('sha256', meaning).slice(0, 12)}`;
    const count = (taken.get(id) ?? 0) + 1;
    taken.set(id, count);
    return count === 1 ? id : `${id}:${count}`;
  }
}

function platformText({ platform }: FoundUse): string | null {
  return platform === null ? null : formatPlatform(platform);
}

function keyOf(use: FoundUse): string {
  return JSON.stringify([use.start, use.end, use.expanded, platformText(use), use.unresolved]);
}

function notAReference(expanded: string, reason: string): string {
  return expanded === '' ? 'the image name is empty' : `"${expanded}" is not an image reference: ${reason}`;
}
