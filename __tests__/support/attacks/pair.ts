import type { ImageOptions } from '../image/image-maker.js';

/** What the gate is run over. */
export interface AttackCase {
  /** The repository; without it, one Dockerfile that ships `demo.example/base:1` as user 65532. */
  readonly files?: Readonly<Record<string, string>>;
  /** `demo.example/base:1`; without it there is none, and no network. */
  readonly image?: ImageOptions;
  /** Levels and settings of rules, in place of `error`. */
  readonly levels?: Readonly<Record<string, string>>;
  /** More of the policy. */
  readonly policy?: string;
}

/** An attack, and something honest that looks like it. */
export interface AttackPair {
  /** What is done, in a clause without a subject. */
  readonly what: string;
  readonly attack: AttackCase;
  readonly twin: AttackCase;
}

/** Pairs about one way around the gate. */
export interface AttackGroup {
  /** A number of the table in docs/threat-model.md. */
  readonly item: number;
  readonly name: string;
  /** The rules that are asked, all at level error; the first of them refuses the attacks. */
  readonly rules: readonly string[];
  /** Who has to have signed the image; without it, nobody. */
  readonly signer?: string;
  readonly pairs: readonly AttackPair[];
}

/** A repository with one Dockerfile. */
export function dockerfile(text: string, more: Readonly<Record<string, string>> = {}): AttackCase {
  return { files: { Dockerfile: text, ...more } };
}

/** A workflow whose one job runs commands. */
export function workflow(...commands: readonly string[]): Readonly<Record<string, string>> {
  return {
    '.github/workflows/x.yml': JSON.stringify({ on: 'push', jobs: { a: { steps: commands.map((run) => ({ run })) } } }),
  };
}
