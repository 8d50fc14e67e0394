import { err, ok, type Result } from '../result.js';

/** What a workflow may tell the Action. What is absent is left to the policy file. */
export interface ActionInputs {
  readonly policy?: string;
  readonly policyToken?: string;
  readonly profile?: 'observe' | 'baseline' | 'hardened' | 'strict';
  readonly paths: readonly string[];
  readonly changedFilesOnly: boolean;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildContexts: Readonly<Record<string, string>>;
  readonly platforms: readonly string[];
  readonly target?: string;
  readonly onlyNew: 'ageing' | 'all' | 'off';
  readonly comment: 'always' | 'on-failure' | 'never';
  readonly commentKey: string;
  readonly reviewSuggestions: boolean;
  readonly trackingIssue: boolean;
  readonly sarif: boolean;
  readonly evidence: readonly string[];
  readonly registryCredentials: readonly RegistryCredential[];
  readonly token: string;
}

export interface RegistryCredential {
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/** An input that can't be read: the job ends with wrong usage. */
export interface InputError {
  readonly code: 'bad-input';
  readonly input: string;
  readonly message: string;
  readonly remedy: string;
}

export const DEFAULT_POLICY_PATH = '.github/base-image-gate.yml';
const PROFILES = ['observe', 'baseline', 'hardened', 'strict'] as const;
const COMMENT_MODES = ['always', 'on-failure', 'never'] as const;
const FRAMEWORKS = ['nist-800-53', 'fedramp', 'govramp'] as const;
const MAX_KEY_LENGTH = 100;

/**
 * Reads the Action's inputs. `input` gives the text of one, empty where the workflow does not set it. Fails with the
 * first input that can't be read. A secret is never quoted in a message.
 */
export function readInputs(input: (name: string) => string): Result<ActionInputs, InputError> {
  const reader = new InputReader(input);
  const inputs = {
    ...reader.optional('policy', 'policy'),
    ...reader.optional('policyToken', 'policy-token'),
    ...reader.optional('target', 'target'),
    ...reader.profile(),
    paths: reader.lines('paths'),
    changedFilesOnly: reader.flag('changed-files-only'),
    buildArgs: reader.pairs('build-args'),
    buildContexts: reader.pairs('build-contexts'),
    platforms: reader.list('platforms'),
    onlyNew: reader.onlyNew(),
    comment: reader.choice('comment', COMMENT_MODES, 'always'),
    commentKey: input('comment-key').trim() || 'default',
    reviewSuggestions: reader.flag('review-suggestions'),
    trackingIssue: reader.flag('tracking-issue'),
    sarif: reader.flag('sarif'),
    evidence: reader.list('evidence').map((name) => reader.oneOf('evidence', name, FRAMEWORKS)),
    registryCredentials: reader.credentials(),
    token: input('token').trim(),
  };
  if (inputs.commentKey.length > MAX_KEY_LENGTH) {
    reader.fail('comment-key', `is longer than ${MAX_KEY_LENGTH} characters`, 'Choose a shorter name.');
  }
  return reader.error === null ? ok(inputs) : err(reader.error);
}

/** Every secret among the inputs, so that the runner can be told to mask it. */
export function secretsOf(input: (name: string) => string): readonly string[] {
  const credentials = input('registry-credentials')
    .split('\n')
    .flatMap((line) => {
      const parsed = parseCredential(line.trim());
      return parsed === null ? [line.trim()] : [parsed.password];
    });
  return [input('token'), input('policy-token'), ...credentials]
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

class InputReader {
  error: InputError | null = null;
  readonly #input: (name: string) => string;

  constructor(input: (name: string) => string) {
    this.#input = input;
  }

  fail(input: string, what: string, remedy: string): void {
    this.error ??= { code: 'bad-input', input, message: `The input \`${input}\` ${what}.`, remedy };
  }

  optional<K extends string>(key: K, name: string): { readonly [P in K]?: string } {
    const text = this.#input(name).trim();
    // The key is the literal K, which a computed property widens to string.
    return text === '' ? {} : ({ [key]: text } as { readonly [P in K]: string });
  }

  profile(): { readonly profile?: (typeof PROFILES)[number] } {
    const text = this.#input('profile').trim();
    return text === '' ? {} : { profile: this.oneOf('profile', text, PROFILES) };
  }

  onlyNew(): ActionInputs['onlyNew'] {
    const text = this.#input('only-new').trim();
    if (text === '') return 'ageing';
    return this.flag('only-new') ? 'all' : 'off';
  }

  flag(name: string): boolean {
    const text = this.#input(name).trim().toLowerCase();
    if (text !== '' && text !== 'true' && text !== 'false') {
      this.fail(name, `is ${JSON.stringify(text)}`, 'Set it to true or false, or leave it out.');
    }
    return text === 'true';
  }

  choice<T extends string>(name: string, choices: readonly T[], absent: T): T {
    const text = this.#input(name).trim();
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

  pairs(name: string): Readonly<Record<string, string>> {
    const pairs = this.lines(name).map((line): [string, string] => {
      const equals = line.indexOf('=');
      if (equals <= 0) this.fail(name, `has the line ${JSON.stringify(line)}`, 'Write NAME=value, one a line.');
      return [line.slice(0, Math.max(equals, 0)), line.slice(equals + 1)];
    });
    return Object.fromEntries(pairs);
  }

  credentials(): readonly RegistryCredential[] {
    return this.lines('registry-credentials').flatMap((line, index) => {
      const credential = parseCredential(line);
      if (credential !== null) return [credential];
      this.fail(
        'registry-credentials',
        `can't be read in line ${index + 1}, which is not shown here because it may hold a secret`,
        'Write host=username:password, one a line.',
      );
      return [];
    });
  }
}

function parseCredential(line: string): RegistryCredential | null {
  const equals = line.indexOf('=');
  const colon = line.indexOf(':', equals + 1);
  const registry = line.slice(0, Math.max(equals, 0)).trim().toLowerCase();
  const username = line.slice(equals + 1, Math.max(colon, 0));
  const password = line.slice(colon + 1);
  if (equals <= 0 || colon < 0 || username === '' || password === '') return null;
  return /^[a-z0-9.:[\]-]+$/.test(registry) ? { registry, username, password } : null;
}
