/**
 * Which frontend reads a Dockerfile. One before 1.4 knows neither heredocs nor TARGETSTAGE, takes `$` in a mount's `from`
 * for a character like any other, and takes `\` for the escape character of flags even where a directive names another.
 * @see https://github.com/moby/buildkit/tree/v0.8.3/frontend/dockerfile
 */
export type Generation = 'current' | 'before-1.4';
