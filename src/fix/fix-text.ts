import type { ImageUse } from '../build-files/image-use.js';
import { terminal } from '../lib/escape/visible.js';
import { plural } from '../lib/text.js';
import { familiarReference } from '../references/reference.js';
import type { LeftUse, SignatureState } from './pin-decisions.js';
import type { PinnedFile } from './pin-files.js';

/**
 * One line a pin, which says what is known of the signature, and a sentence at the end. `notWritten`: files beside these
 * that were to be written and are as they were.
 */
export function pinsText(
  files: readonly PinnedFile[],
  {
    written,
    notWritten,
    left,
    pinnedBefore,
    signature,
  }: {
    readonly written: boolean;
    readonly notWritten: number;
    /** How many references stay unpinned; `leftText` says why. */
    readonly left: number;
    readonly pinnedBefore: number;
    readonly signature: (use: ImageUse) => SignatureState;
  },
): string {
  const pins = files.flatMap(({ pinned }) => pinned).map((pin) => ({ ...pin, state: signature(pin.use) }));
  const lines = pins.map(({ use, digest, state }) => {
    const known = state.verified ? 'signature verified' : `signature not verified: ${terminal(state.reason)}`;
    return `${place(use)} ${terminal(nameOf(use))} -> ${digest} (${known.replace(/\.$/, '')})\n`;
  });
  const touched = files.filter(({ pinned }) => pinned.length > 0).length;
  const before = pinnedBefore === 0 ? '' : ` ${plural(pinnedBefore, 'reference')} pinned before.`;
  const failed = notWritten === 0 ? '' : ` ${plural(notWritten, 'build file was', 'build files were')} not written.`;
  const remaining =
    left === 0
      ? ''
      : ` ${plural(left, 'reference is', 'references are')} left as ${left === 1 ? 'it is' : 'they are'}.`;
  if (pins.length === 0) {
    const none = left === 0 && notWritten === 0 ? 'Nothing to pin.' : 'Nothing was pinned.';
    return `${none}${failed}${remaining}${before}\n`;
  }
  const unverified = pins.filter(({ state }) => !state.verified).length;
  const trust =
    unverified === 0 ? '' : ` ${unverified} of these digests ${unverified === 1 ? 'is' : 'are'} unverified.`;
  const done = `${plural(pins.length, 'reference')} in ${plural(touched, 'build file')}`;
  const summary = written ? `Pinned ${done}.` : `Would pin ${done}; --write writes them, --diff shows the lines.`;
  return `${lines.join('')}${summary}${failed}${trust}${remaining}${before}\n`;
}

/** Pins whose signature was not verified, for the reader of their diff. */
export function unverifiedText(files: readonly PinnedFile[], signature: (use: ImageUse) => SignatureState): string {
  const lines = files.flatMap(({ pinned }) =>
    pinned.flatMap(({ use }) => {
      const state = signature(use);
      if (state.verified) return [];
      return `${place(use)} ${terminal(nameOf(use))} is pinned to an unverified digest: ${sentence(state.reason)}\n`;
    }),
  );
  return lines.join('');
}

/** What is left as it is, and why. */
export function leftText(left: readonly LeftUse[]): string {
  const lines = left.map(
    ({ use, reason }) => `${place(use)} ${terminal(use.written)} is not pinned: ${sentence(reason)}`,
  );
  return `${lines.join('\n')}\n`;
}

function sentence(reason: string): string {
  const text = terminal(reason);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function nameOf({ reference, expanded }: LeftUse['use']): string {
  return reference === null ? expanded : familiarReference(reference);
}

function place({ file, line, column, definedAt }: LeftUse['use']): string {
  const at = definedAt ?? { line, column };
  return `${terminal(file)}:${at.line}:${at.column}`;
}
