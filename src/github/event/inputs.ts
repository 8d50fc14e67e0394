import { FRAMEWORKS, type Framework } from '../../compliance/frameworks.js';
import { optionalField } from '../../lib/collections.js';
import type { Failure } from '../../lib/failure.js';
import { nearest } from '../../lib/nearest.js';
import { err, ok, type Result } from '../../lib/result.js';
import { PROFILES, type Profile } from '../../policy/policy.js';
import { type Platform, parsePlatform } from '../../references/platform.js';
import {
  type Credential,
  parseCredentialInput,
  secretsOf as secretsOfCredential,
} from '../../registry/auth/credentials.js';

/** What a workflow may tell the Action. What is absent is left to the policy file. */
export interface ActionInputs {
  readonly policy?: string;
  readonly policyToken?: string;
  readonly profile?: Profile;
  readonly paths: readonly string[];
  readonly changedFilesOnly: boolean;
  /** `NAME=value`, each. */
  readonly buildArgs: readonly string[];
  readonly buildContexts: readonly string[];
  readonly platforms: readonly Platform[];
  readonly target?: string;
  readonly onlyNew: 'aging' | 'all' | 'off';
  /** References without a digest have to be in the lock. */
  readonly locked: boolean;
  /** Images that no build file names and that are verified, too. */
  readonly include: readonly string[];
  readonly comment: 'changes' | 'always' | 'on-failure' | 'never';
  readonly commentKey: string;
  /** What identifies this job, independent of its other inputs. */
  readonly name?: string;
  readonly reviewSuggestions: boolean;
  readonly trackingIssue: boolean;
  readonly issueLabels: readonly string[];
  readonly issueAssignees: readonly string[];
  readonly sarif: boolean;
  /** Frameworks whose evidence is written as files. */
  readonly evidence: readonly Framework[];
  readonly registryCredentials: ReadonlyMap<string, Credential>;
  readonly token: string;
}

export interface ReportInputs {
  /** A file that holds the report; without it, the artifact is read. */
  readonly report: string | null;
  readonly artifact: string;
  readonly comment: 'always' | 'on-failure' | 'never';
  readonly commentKey: string;
  readonly sarif: boolean;
}

/** An input that can't be read: the job ends with wrong usage. */
export interface InputError extends Failure<'bad-input'> {
  readonly input: string;
}

/** An empty token is what a secret is where it is not given, which GitHub answers as if it had expired. */
export const NO_TOKEN = {
  message: 'The input `token` is empty. Secrets are empty in runs for forks and Dependabot.',
  fix: "Remove the input to use the workflow's own token.",
} as const;
const COMMENT_MODES = ['changes', 'always', 'on-failure', 'never'] as const;
/** Of the report action, which does not know what a pull request changes. */
const REPORT_MODES = ['always', 'on-failure', 'never'] as const;
const MAX_KEY_LENGTH = 100;

/** The inputs that a workflow gives a step, as the runner passes them on: `INPUT_` and the name in capitals. */
export function givenInputs(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(environment).flatMap((name) => (name.startsWith('INPUT_') ? name.slice(6).toLowerCase() : []));
}

/**
 * Reads the Action's inputs. `input` gives the text of one, empty where the workflow does not set it; `given` are the
 * names of those it sets. Fails with the first input that can't be read, or whose name is a slip of one of ours: the
 * runner only warns of it, and a policy that was named in vain would be replaced by a softer one. A secret is never
 * quoted in a message.
 */
export function readInputs(
  input: (name: string) => string,
  given: readonly string[] = [],
): Result<ActionInputs, InputError> {
  const reader = new InputReader(input);
  const inputs = {
    ...reader.optional('policy', 'policy'),
    ...reader.optional('policyToken', 'policy-token'),
    ...reader.optional('target', 'target'),
    ...reader.optional('name', 'name', MAX_KEY_LENGTH),
    ...reader.profile(),
    paths: reader.lines('paths'),
    changedFilesOnly: reader.flag('changed-files-only'),
    buildArgs: reader.pairs('build-args'),
    buildContexts: reader.pairs('build-contexts'),
    platforms: reader.platforms(),
    onlyNew: reader.onlyNew(),
    locked: reader.flag('locked'),
    include: reader.lines('include'),
    comment: reader.choice('comment', COMMENT_MODES, 'changes'),
    commentKey: reader.commentKey(),
    reviewSuggestions: reader.flag('review-suggestions'),
    trackingIssue: reader.flag('tracking-issue'),
    issueLabels: reader.list('issue-labels'),
    issueAssignees: reader.list('issue-assignees').map((login) => login.replace(/^@/, '')),
    sarif: reader.flag('sarif'),
    evidence: reader.list('evidence').map((name) => reader.oneOf('evidence', name, FRAMEWORKS)),
    registryCredentials: reader.credentials(),
    token: reader.text('token'),
  };
  return reader.result(inputs, given);
}

/** Reads the inputs of the report action. Fails as `readInputs` does. */
export function readReportInputs(
  input: (name: string) => string,
  given: readonly string[] = [],
): Result<ReportInputs & { readonly token: string }, InputError> {
  const reader = new InputReader(input);
  const inputs = {
    report: reader.text('report') || null,
    artifact: reader.text('artifact') || 'base-image-gate',
    comment: reader.choice('comment', REPORT_MODES, 'always'),
    commentKey: reader.commentKey(),
    sarif: reader.flag('sarif'),
    token: reader.text('token'),
  };
  return reader.result(inputs, given);
}

/** Every secret among the inputs, so that the runner can be reported to mask it before anything else happens. */
export function secretsOf(input: (name: string) => string): readonly string[] {
  const text = input('registry-credentials');
  const parsed = parseCredentialInput(text);
  // What is written otherwise than it should be may be a secret as a whole.
  const credentials = parsed.ok ? [...parsed.value.values()].flatMap(secretsOfCredential) : text.split('\n');
  return [input('token'), input('policy-token'), ...credentials]
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

class InputReader {
  error: InputError | null = null;
  readonly #input: (name: string) => string;
  readonly #names = new Set<string>();

  constructor(input: (name: string) => string) {
    this.#input = (name) => {
      this.#names.add(name);
      return input(name);
    };
  }

  /** What was read, once everything was: the names of the inputs that are read are the names there are. */
  result<T>(inputs: T, given: readonly string[]): Result<T, InputError> {
    for (const name of given) {
      const meant = this.#names.has(name) ? undefined : nearest(name, this.#names);
      // If the input itself is given, nothing was misspelled: this variable belongs to another tool.
      if (meant === undefined || this.#input(meant).trim() !== '') continue;
      this.fail(
        name,
        'does not exist',
        `Did you mean \`${meant}\`? If it is an environment variable, rename it: the prefix INPUT_ is reserved for inputs.`,
      );
    }
    return this.error === null ? ok(inputs) : err(this.error);
  }

  text(name: string): string {
    return this.#input(name).trim();
  }

  fail(input: string, what: string, fix: string): void {
    this.error ??= { code: 'bad-input', input, message: `The input \`${input}\` ${what}.`, fix };
  }

  optional<K extends string>(key: K, name: string, most = Number.POSITIVE_INFINITY): { readonly [P in K]?: string } {
    const text = this.text(name);
    if (text.length > most) this.fail(name, `is longer than ${most} characters`, 'Choose a shorter name.');
    return optionalField(key, text === '' ? undefined : text);
  }

  profile(): { readonly profile?: Profile } {
    const text = this.text('profile');
    return text === '' ? {} : { profile: this.oneOf('profile', text, PROFILES) };
  }

  onlyNew(): ActionInputs['onlyNew'] {
    const text = this.text('only-new');
    if (text === '') return 'aging';
    return this.flag('only-new') ? 'all' : 'off';
  }

  commentKey(): string {
    return this.optional('key', 'comment-key', MAX_KEY_LENGTH).key ?? 'default';
  }

  flag(name: string): boolean {
    const text = this.text(name).toLowerCase();
    if (text !== '' && text !== 'true' && text !== 'false') {
      this.fail(name, `is ${JSON.stringify(text)}`, 'Set it to true or false, or leave it out.');
    }
    return text === 'true';
  }

  choice<T extends string>(name: string, choices: readonly T[], absent: T): T {
    const text = this.text(name);
    return text === '' ? absent : this.oneOf(name, text, choices);
  }

  oneOf<T extends string>(name: string, text: string, choices: readonly [T, ...T[]] | readonly T[]): T {
    const chosen = choices.find((choice) => choice === text);
    if (chosen !== undefined) return chosen;
    this.fail(name, `has ${JSON.stringify(text)}`, `It takes ${choices.join(', ')}.`);
    const [first] = choices;
    if (first === undefined) throw new TypeError(`the input ${name} offers no choice`);
    return first;
  }

  lines(name: string): readonly string[] {
    return this.#input(name)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }

  list(name: string): readonly string[] {
    return this.lines(name).flatMap((line) =>
      line
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    );
  }

  credentials(): ReadonlyMap<string, Credential> {
    const parsed = parseCredentialInput(this.#input('registry-credentials'));
    if (parsed.ok) return parsed.value;
    this.error ??= {
      code: 'bad-input',
      input: 'registry-credentials',
      message: parsed.error,
      fix: 'The line is not shown because it may contain a secret.',
    };
    return new Map();
  }

  /** A platform that can't be read must not shrink what is evaluated. */
  platforms(): readonly Platform[] {
    return this.list('platforms').flatMap((text) => {
      const parsed = parsePlatform(text);
      if (parsed.ok) return [parsed.value];
      this.fail('platforms', `can't be read because ${parsed.error}`, 'Write os/architecture[/variant].');
      return [];
    });
  }

  pairs(name: string): readonly string[] {
    const lines = this.lines(name);
    const wrong = lines.find((line) => line.indexOf('=') <= 0);
    if (wrong !== undefined) this.fail(name, `has the line ${JSON.stringify(wrong)}`, 'Write one NAME=value per line.');
    return lines;
  }
}
