import { likelySecretsIn } from './secrets/likely-secrets.js';
import { secretsInText } from './secrets/secret-text.js';

/** Something in an image's environment that a person should see. */
export interface EnvironmentFinding {
  readonly variable: string;
  /** What is wrong with it, in a clause that can follow the variable's name; never its value. */
  readonly reason: string;
  /** A JSON Web Token may have ended, and a password in a URL may open nothing. */
  readonly isLikely?: true;
}

/** Written together as well: PGPASSWORD, DBPASSWORD, APPSECRET. */
const SECRET_WORD =
  /^(?:PASS|PWD|SECRETS|KEY|ACCESS|CREDENTIALS?|[A-Z0-9]{0,32}(?:PASSWD|PASSWORD|PASSPHRASE|SECRET|APIKEY|TOKEN))$/;
/** Public by nature, or names of places: the key that signs a release, a key server, the file that holds a password. */
const PUBLIC_WORD =
  /^(?:GPG|PGP|PUBLIC|PUB|ID|IDS|FILE|FILES|PATH|DIR|URL|URI|SERVER|SERVERS|KEYSERVER|RING|FINGERPRINT|LOG|MODE|LEVEL|TYPE|NAME|HEADER|TTL|EXPIRY|LENGTH|SIZE|ALGORITHM|SHA256|SHA512|HASH)$/;
const NO_SECRET = /^(?:|true|false|yes|no|on|off|none|null|[0-9]{1,5}|\/[^\s]*|\$\{?[A-Za-z_].*)$/i;

/** Variables whose names say that they hold a secret and whose values could be one, and values that are tokens under any name. */
export function environmentSecrets(env: readonly string[]): readonly EnvironmentFinding[] {
  const found: EnvironmentFinding[] = [];
  for (const line of env) {
    const equals = line.indexOf('=');
    const variable = equals < 0 ? line : line.slice(0, equals);
    const value = equals < 0 ? '' : line.slice(equals + 1);
    const [token] = secretsInText(value);
    const [likely] = likelySecretsIn(value);
    if (token !== undefined) found.push({ variable, reason: `contains a ${token.kind}` });
    else if (isNamedLikeSecret(variable) && !NO_SECRET.test(value.trim()))
      found.push({ variable, reason: 'has the name of a secret and a value' });
    else if (likely !== undefined) found.push({ variable, reason: `contains a ${likely}`, isLikely: true });
  }
  return found;
}

/** Whether a variable's name says that it holds a secret, regardless of its value. */
export function isNamedLikeSecret(variable: string): boolean {
  const words = variable.toUpperCase().split(/[^A-Z0-9]+/);
  return words.some((word) => SECRET_WORD.test(word)) && !words.some((word) => PUBLIC_WORD.test(word));
}
