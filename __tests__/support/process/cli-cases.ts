import { expect } from '@jest/globals';
import type { CliResult } from './bundled-cli.js';

export const POLICY = '.github/base-image-gate.yml';

/** A policy that denies `docker.io/evil/**`. */
export const DENY = 'version: 1\nprofile: baseline\ndeny: [{ image: "docker.io/evil/**", reason: it is evil }]\n';

/** Expects a message for a person: no stack, no path of the bundle. */
export function expectKind({ stdout, stderr }: CliResult): void {
  expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at |TypeError|dist\/chunks/);
}
