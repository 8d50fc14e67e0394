/**
 * How long the whole run may take. A job that hangs has decided nothing, and a runner that ends it leaves no word: this
 * stays below the `timeout-minutes: 15` that the documentation shows, so that there is time to say so.
 */
export const RUN_MILLISECONDS = 12 * 60_000;
