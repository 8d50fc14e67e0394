import type { Authority } from '../../../src/policy/policy.js';
import type { MadeContent } from '../image/image-maker.js';
import type { Form, Pushed, Recipe } from './signer-forgery.js';

/** One image, what is written next to it, and who is asked for. */
export interface Case {
  readonly name: string;
  readonly form: Form;
  /** Must be refused, unless it says otherwise. */
  readonly expected: 'refused' | 'passed';
  readonly asked: Authority;
  /** The digest that is verified. */
  readonly subject: MadeContent;
  readonly pushed: readonly Pushed[];
  readonly trustedRoot: Record<string, unknown>;
  /** The predicate type asked for, of attestations. */
  readonly type: string;
  /** Why this program refuses what cosign passes. */
  readonly stricter?: string;
}

export type Extra = Partial<Pick<Case, 'asked' | 'subject' | 'trustedRoot' | 'type' | 'expected' | 'stricter'>>;

/** A way to sign that is the same in every form. */
export interface Variant {
  readonly name: string;
  readonly recipe: Recipe;
  readonly extra: Extra;
}

export type AddForged = (name: string, form: Form, recipe: Recipe, extra?: Extra) => Promise<void>;
export type Add = (name: string, form: Form, pushed: readonly Pushed[], extra?: Extra) => void;
