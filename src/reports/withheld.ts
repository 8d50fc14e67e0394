import { environmentSecrets, isNamedLikeSecret } from '../image-content/environment-facts.js';

/** Stands where a value would be. Names stay, so that a person can look it up. */
export const WITHHELD = '[not shown]';

/** `NAME=value` in a command line or an instruction, the value quoted or not. Each part is bounded by the one behind it. */
const ASSIGNMENT = /(?<![A-Za-z0-9_])((?:--?)?[A-Za-z_][A-Za-z0-9_.-]{0,127})=("[^"]*"|'[^']*'|\S+)/g;
/** How programs are reported settings. What is `name=version` in a list of packages is written otherwise. */
const SETTING = /^(?:[A-Z0-9_]+|--?[A-Za-z].*)$/;
/** On a public repository anyone can read the report, while the image may be private. */
const SECRET_PART = /PASS(?!ED|ING|THROUGH)|PWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|PRIVATE_?KEY/i;

/** A text of an image's own without the secrets in it: the values of settings that are named like secrets, and tokens, keys and passwords by their form. */
export function withoutSecrets(text: string): string {
  const assigned = text.replaceAll(ASSIGNMENT, (whole, name: string) =>
    SETTING.test(name) && holdsSecret(name) ? `${name}=${WITHHELD}` : whole,
  );
  return environmentSecrets([`=${assigned}`]).length > 0 ? WITHHELD : assigned;
}

/** A line of an environment, `NAME=value`, by the same criteria, with its name in any case. */
export function variableWithoutSecret(line: string): string {
  const equals = line.indexOf('=');
  if (equals < 0) return line;
  const name = line.slice(0, equals);
  return `${name}=${namedValueWithoutSecret(name, line.slice(equals + 1))}`;
}

/** The value of a variable, build argument or setting. One that is empty is reported as that. */
export function namedValueWithoutSecret(name: string, value: string): string {
  if (value === '') return value;
  return holdsSecret(name) || environmentSecrets([`${name}=${value}`]).length > 0 ? WITHHELD : withoutSecrets(value);
}

/** Whether the name of an arbitrary field suggests that its value is a secret. */
export function holdsSecretByName(name: string): boolean {
  return SECRET_PART.test(name);
}

/** Broader than what the rule no-secrets fails: here a doubt costs no more than a value that is not printed. */
function holdsSecret(name: string): boolean {
  return holdsSecretByName(name) || isNamedLikeSecret(name);
}
