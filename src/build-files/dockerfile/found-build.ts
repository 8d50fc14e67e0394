import type { Platform } from '../../references/platform.js';
import type { Role, UseInstruction } from '../image-use.js';
import type { GlobalScope } from './build-arguments.js';
import type { WrittenStage } from './document.js';
import type { Instruction } from './instruction.js';
import type { MountPaths } from './mounts.js';

/** An image that a place in the file names, in one build. Offsets are the source's. */
export interface FoundUse {
  readonly instruction: UseInstruction;
  readonly stage: number | null;
  readonly start: number;
  readonly end: number;
  readonly expanded: string;
  readonly platform: Platform | null;
  overridable: readonly string[];
  readonly unresolved?: string;
  readonly definedAt?: { readonly start: number; readonly end: number };
  role: Role;
  reachable: boolean;
}

export type FoundBase =
  | { readonly kind: 'image'; readonly use: FoundUse }
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'scratch' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** An instruction that copies or mounts from another stage. */
export interface StageCopy {
  readonly from: number;
  readonly instruction: Instruction;
  readonly mount?: MountPaths;
}

/** A stage in one build. */
export interface FoundStage {
  readonly written: WrittenStage;
  readonly base: FoundBase;
  readonly copiesFrom: Set<number>;
  readonly takes: StageCopy[];
  readonly uses: FoundUse[];
  readonly target: boolean;
  ships: boolean;
  reachable: boolean;
}

/** What one build of a file pulls, stage by stage. */
export interface FoundBuild {
  readonly scope: GlobalScope;
  readonly stages: readonly FoundStage[];
  readonly uses: readonly FoundUse[];
  /** Whether the requested target is a stage of the file. */
  readonly targetFound: boolean;
}
