/** The name of a program without the directory it is in. */
export function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1).replace(/\.exe$/i, '');
}

/** A word before a command that leaves it the command. */
export const LEADING_WORD =
  /^(?:sudo|env|time|exec|command|builtin|nohup|if|then|else|elif|do|while|until|!|\{|\w+=.*)$/s;
