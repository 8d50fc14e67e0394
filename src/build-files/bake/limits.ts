/** What a hostile bake definition may cost. Passing a limit is a problem that names it; nothing is left out in silence. */

/** All bake files that are read together. */
export const MAX_BAKE_BYTES = 4 * 1024 * 1024;

/** How deep expressions, templates and blocks may nest. */
export const MAX_DEPTH = 100;

/** Steps of evaluation of one definition: expressions, elements and characters that functions touch. */
export const MAX_STEPS = 2_000_000;

/** The longest text that an expression may make. */
export const MAX_TEXT_LENGTH = 1024 * 1024;

/** Targets of one definition, those of matrices included. */
export const MAX_TARGETS = 2_000;

/** Digits of a number; buildx counts with 512 bits. */
export const MAX_DIGITS = 150;
