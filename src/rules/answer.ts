import type { AnswerDocument } from '../reports/check-document.js';

/**
 * What a rule answered, and the level the policy gives the answer. The document writes answers about images once, below
 * the image.
 */
export interface Answer extends AnswerDocument {
  /** The id of the image evaluated; absent where the rule is not about an image, or the reference names none. */
  readonly image?: string;
}

/** Why the rules about an image are not evaluated: the message and its cause. */
export interface Bar {
  readonly cause: 'identity' | 'not-contacted';
  readonly message: string;
}
