import { crc32 } from 'node:zlib';
import { isVaried } from './private-key-text.js';
import { isPublished } from './published-samples.js';

interface TokenPattern {
  readonly kind: string;
  /** Its repetitions are bounded, so it can't run away on hostile text. */
  readonly pattern: RegExp;
  /** Whether its end is the checksum of the rest, which what examples make up lacks. */
  readonly isSummed?: true;
}

/**
 * Tokens whose form says whose they are, by the issuers' documentation. The identifiers of keys (AWS's AKIA…) and keys
 * that are meant to be seen (Google's AIza…) are none: programs that are published have them inside.
 *
 * @see https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
 */
const TOKENS: readonly TokenPattern[] = [
  { kind: 'GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b/g, isSummed: true },
  { kind: 'GitHub fine-grained token', pattern: /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g },
  { kind: 'GitLab token', pattern: /\bgl(?:pat|ptt|dt|rt|cbt|ft|agent|soat)-[A-Za-z0-9_-]{20,64}/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g, isSummed: true },
  { kind: 'PyPI token', pattern: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,250}/g },
  { kind: 'crates.io token', pattern: /\bcio[A-Za-z0-9]{32}\b/g },
  { kind: 'NuGet key', pattern: /\boy2[a-z0-9]{43}\b/g },
  { kind: 'Slack token', pattern: /\bxox[abprs]-[0-9]{8,14}-[A-Za-z0-9-]{20,120}/g },
  { kind: 'Slack app token', pattern: /\bxapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{8,14}-[a-f0-9]{64}\b/g },
  { kind: 'age identity', pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b/g },
  // What gpg-agent keeps in private-keys-v1.d, old form and new; and PuTTY's own form.
  { kind: 'OpenPGP private key', pattern: /\((?:11:private-key|21:protected-private-key)\([0-9]{1,2}:[a-z]{3,10}/g },
  { kind: 'OpenPGP private key', pattern: /^Key: \((?:protected-)?private-key \([a-z]{3,10}/gm },
  {
    kind: 'PuTTY private key',
    pattern: /^PuTTY-User-Key-File-[23]: [a-z0-9@.-]{3,40}\r?\nEncryption: [a-z0-9-]{3,20}\r?\nComment: .{0,200}$/gm,
  },
  { kind: 'Google OAuth secret', pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g },
  { kind: 'Google OAuth token', pattern: /\bya29\.[A-Za-z0-9_-]{60,250}/g },
  { kind: 'Docker Hub token', pattern: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,56}/g },
  { kind: 'OpenAI key', pattern: /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}/g },
  { kind: 'Anthropic key', pattern: /\bsk-ant-(?:api|admin|oat)[0-9]{2}-[A-Za-z0-9_-]{80,120}/g },
  { kind: 'Groq key', pattern: /\bgsk_[A-Za-z0-9]{52}\b/g },
  { kind: 'xAI key', pattern: /\bxai-[A-Za-z0-9]{80}\b/g },
  { kind: 'Replicate token', pattern: /\br8_[A-Za-z0-9]{37}\b/g },
  { kind: 'Perplexity key', pattern: /\bpplx-[A-Za-z0-9]{48}\b/g },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z]{34}\b/g },
  { kind: 'SendGrid key', pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g },
  { kind: 'DigitalOcean token', pattern: /\bdo[opr]_v1_[a-f0-9]{64}\b/g },
  { kind: 'Databricks token', pattern: /\bdapi[a-f0-9]{32}(?:-[0-9])?\b/g },
  { kind: 'Grafana token', pattern: /\bgl(?:sa_[A-Za-z0-9]{32}_[a-f0-9]{8}|c_eyJ[A-Za-z0-9+/=]{40,400})/g },
  { kind: 'Sentry token', pattern: /\bsntry[su]_[A-Za-z0-9+/=_-]{60,400}/g },
  { kind: 'New Relic key', pattern: /\bNRAK-[A-Z0-9]{27}\b/g },
  { kind: 'Shopify token', pattern: /\bshp(?:at|ca|pa|ss)_[a-f0-9]{32}\b/g },
  { kind: 'Atlassian token', pattern: /\bAT(?:ATT3xFfG[A-Za-z0-9+/=_-]{160,240}|BB[A-Za-z0-9]{32}\b)/g },
  { kind: 'Pulumi token', pattern: /\bpul-[a-f0-9]{40}\b/g },
  { kind: 'Postman key', pattern: /\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b/g },
  { kind: 'RubyGems token', pattern: /\brubygems_[a-f0-9]{48}\b/g },
  { kind: 'Vault token', pattern: /\bhv[sb]\.[A-Za-z0-9_-]{90,300}/g },
  { kind: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,120}/g },
  {
    kind: 'Azure client secret',
    pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g,
  },
  { kind: 'Azure storage key', pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/g },
  {
    kind: 'AWS secret access key',
    pattern:
      /\b(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|aws_secret_key|AWS_SECRET_KEY|SecretAccessKey|secretAccessKey|secret_access_key)["']?\s{0,4}[=:]\s{0,4}["']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
  },
];

/** One pass that says whether any of them is worth asking for. */
const ANY_TOKEN =
  /gh[pousr]_[A-Za-z0-9]|github_pat_|gl(?:pat|ptt|dt|rt|cbt|ft|agent|soat)-|gl(?:sa_|c_eyJ)|npm_[A-Za-z0-9]{36}|pypi-AgEI|cio[A-Za-z0-9]{32}|oy2[a-z0-9]{43}|xox[abprs]-[0-9]|xapp-[0-9]|[rs]k_live_|GOCSPX-|ya29\.|dckr_[po]at_|T3BlbkFJ|sk-ant-|gsk_[A-Za-z0-9]{52}|xai-[A-Za-z0-9]{80}|r8_[A-Za-z0-9]{37}|pplx-[A-Za-z0-9]{48}|hf_[A-Za-z]{34}|SG\.[A-Za-z0-9_-]{22}\.|do[opr]_v1_|dapi[a-f0-9]{32}|sntry[su]_|NRAK-|shp(?:at|ca|pa|ss)_|ATATT3|ATBB|pul-[a-f0-9]{40}|PMAK-|rubygems_[a-f0-9]{48}|hv[sb]\.[A-Za-z0-9_-]{90}|Q~|AccountKey=|AGE-SECRET-KEY-1|private-key ?\(|PuTTY-User-Key-File-|aws_secret|AWS_SECRET|ecretAccessKey|secret_access_key/;

/** Tokens in a text, by their kinds and places. Examples are distinguished by their lack of variety, and by the word. */
export function tokensIn(text: string): readonly { readonly kind: string; readonly at: number }[] {
  if (!ANY_TOKEN.test(text)) return [];
  return TOKENS.flatMap(({ kind, pattern, isSummed }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const [found] = match;
      const isToken = isSummed === true ? hasChecksum(found) : isVaried(found) && !/EXAMPLE/i.test(found);
      // An AWS key stands behind its name.
      const value = /[A-Za-z0-9/+]*$/.exec(found)?.[0] ?? found;
      return isToken && !isPublished(value) ? [{ kind, at: match.index }] : [];
    }),
  );
}

const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_LENGTH = 6;

/**
 * Whether a token of GitHub or npm ends with the CRC-32 of what is behind its prefix, in base 62.
 *
 * @see https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
 */
function hasChecksum(token: string): boolean {
  const value = token.slice(token.indexOf('_') + 1);
  let sum = crc32(value.slice(0, -CHECKSUM_LENGTH));
  for (const character of [...value.slice(-CHECKSUM_LENGTH)].reverse()) {
    if (BASE_62[sum % 62] !== character) return false;
    sum = Math.floor(sum / 62);
  }
  return sum === 0;
}
