/** Marks in the words of a script that is read without being run: no shell passes these characters on. */

/** Stands in a word for what only a run knows: a variable, a substitution. */
export const OPEN_MARK = '\0';
/** Stands at the beginning of a path for the top of the repository. */
export const TOP_MARK = '\u0001';
/** Stands at the beginning of a path for the directory of the script itself. */
export const OWN_MARK = '\u0002';

/** Stands in a word behind a value that a variable has unless a run gives it another: `${NAME:-value}`. */
export const DEFAULT_MARK = '\u0003';

/** Whether a word has a part that a run may give another value than its default. */
export const isDefault = (word: string): boolean => word.includes(DEFAULT_MARK);
/** The word with its defaults. */
export const withDefaults = (word: string): string => word.replaceAll(DEFAULT_MARK, '');

/** Whether a word has a part that only a run knows. */
export const isOpen = (word: string): boolean => word.includes(OPEN_MARK);

/** Where parentheses begin and end commands of their own, which come back to the directory they began in. */
export const OPEN = '(';
export const CLOSE = ')';
