import { crc32 } from 'node:zlib';
import type { BytePattern } from '../../lib/byte-patterns.js';
import { isVaried } from './private-key-text.js';
import { isPublished } from './published-samples.js';

interface TokenPattern {
  readonly kind: string;
  /** Each token has one of these in it, and begins with it where the pattern begins with a boundary of a word. */
  readonly marks: readonly string[];
  /** The mark is not its beginning. */
  readonly isInside?: true;
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
  {
    kind: 'GitHub token',
    marks: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b/g,
    isSummed: true,
  },
  {
    kind: 'GitHub fine-grained token',
    marks: ['github_pat_'],
    pattern: /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g,
  },
  {
    kind: 'GitLab token',
    marks: ['glpat-', 'glptt-', 'gldt-', 'glrt-', 'glcbt-', 'glft-', 'glagent-', 'glsoat-'],
    pattern: /\bgl(?:pat|ptt|dt|rt|cbt|ft|agent|soat)-[A-Za-z0-9_-]{20,64}/g,
  },
  { kind: 'npm token', marks: ['npm_'], pattern: /\bnpm_[A-Za-z0-9]{36}\b/g, isSummed: true },
  { kind: 'PyPI token', marks: ['pypi-AgEIcHlwaS5vcmc'], pattern: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,250}/g },
  { kind: 'crates.io token', marks: ['cio'], pattern: /\bcio[A-Za-z0-9]{32}\b/g },
  { kind: 'NuGet key', marks: ['oy2'], pattern: /\boy2[a-z0-9]{43}\b/g },
  {
    kind: 'Slack token',
    marks: ['xoxa-', 'xoxb-', 'xoxp-', 'xoxr-', 'xoxs-'],
    pattern: /\bxox[abprs]-[0-9]{8,14}-[A-Za-z0-9-]{20,120}/g,
  },
  { kind: 'Slack app token', marks: ['xapp-'], pattern: /\bxapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{8,14}-[a-f0-9]{64}\b/g },
  { kind: 'age identity', marks: ['AGE-SECRET-KEY-1'], pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b/g },
  // What gpg-agent keeps in private-keys-v1.d, old form and new; and PuTTY's own form.
  {
    kind: 'OpenPGP private key',
    marks: ['(11:private-key(', '(21:protected-private-key('],
    pattern: /\((?:11:private-key|21:protected-private-key)\([0-9]{1,2}:[a-z]{3,10}/g,
  },
  {
    kind: 'OpenPGP private key',
    marks: ['Key: (private-key (', 'Key: (protected-private-key ('],
    pattern: /^Key: \((?:protected-)?private-key \([a-z]{3,10}/gm,
  },
  {
    kind: 'PuTTY private key',
    marks: ['PuTTY-User-Key-File-'],
    pattern: /^PuTTY-User-Key-File-[23]: [a-z0-9@.-]{3,40}\r?\nEncryption: [a-z0-9-]{3,20}\r?\nComment: .{0,200}$/gm,
  },
  { kind: 'Google OAuth secret', marks: ['GOCSPX-'], pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g },
  { kind: 'Google OAuth token', marks: ['ya29.'], pattern: /\bya29\.[A-Za-z0-9_-]{60,250}/g },
  { kind: 'Docker Hub token', marks: ['dckr_pat_', 'dckr_oat_'], pattern: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,56}/g },
  {
    kind: 'OpenAI key',
    marks: ['T3BlbkFJ'],
    isInside: true,
    pattern: /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}/g,
  },
  {
    kind: 'Anthropic key',
    marks: ['sk-ant-api', 'sk-ant-admin', 'sk-ant-oat'],
    pattern: /\bsk-ant-(?:api|admin|oat)[0-9]{2}-[A-Za-z0-9_-]{80,120}/g,
  },
  { kind: 'Groq key', marks: ['gsk_'], pattern: /\bgsk_[A-Za-z0-9]{52}\b/g },
  { kind: 'xAI key', marks: ['xai-'], pattern: /\bxai-[A-Za-z0-9]{80}\b/g },
  { kind: 'Replicate token', marks: ['r8_'], pattern: /\br8_[A-Za-z0-9]{37}\b/g },
  { kind: 'Perplexity key', marks: ['pplx-'], pattern: /\bpplx-[A-Za-z0-9]{48}\b/g },
  { kind: 'Hugging Face token', marks: ['hf_'], pattern: /\bhf_[A-Za-z]{34}\b/g },
  { kind: 'SendGrid key', marks: ['SG.'], pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g },
  { kind: 'DigitalOcean token', marks: ['doo_v1_', 'dop_v1_', 'dor_v1_'], pattern: /\bdo[opr]_v1_[a-f0-9]{64}\b/g },
  { kind: 'Databricks token', marks: ['dapi'], pattern: /\bdapi[a-f0-9]{32}(?:-[0-9])?\b/g },
  {
    kind: 'Grafana token',
    marks: ['glsa_', 'glc_eyJ'],
    pattern: /\bgl(?:sa_[A-Za-z0-9]{32}_[a-f0-9]{8}|c_eyJ[A-Za-z0-9+/=]{40,400})/g,
  },
  { kind: 'Sentry token', marks: ['sntrys_', 'sntryu_'], pattern: /\bsntry[su]_[A-Za-z0-9+/=_-]{60,400}/g },
  { kind: 'New Relic key', marks: ['NRAK-'], pattern: /\bNRAK-[A-Z0-9]{27}\b/g },
  {
    kind: 'Shopify token',
    marks: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    pattern: /\bshp(?:at|ca|pa|ss)_[a-f0-9]{32}\b/g,
  },
  {
    kind: 'Atlassian token',
    marks: ['ATATT3xFfG', 'ATBB'],
    pattern: /\bAT(?:ATT3xFfG[A-Za-z0-9+/=_-]{160,240}|BB[A-Za-z0-9]{32}\b)/g,
  },
  { kind: 'Pulumi token', marks: ['pul-'], pattern: /\bpul-[a-f0-9]{40}\b/g },
  { kind: 'Postman key', marks: ['PMAK-'], pattern: /\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b/g },
  { kind: 'RubyGems token', marks: ['rubygems_'], pattern: /\brubygems_[a-f0-9]{48}\b/g },
  { kind: 'Vault token', marks: ['hvs.', 'hvb.'], pattern: /\bhv[sb]\.[A-Za-z0-9_-]{90,300}/g },
  { kind: 'Stripe key', marks: ['rk_live_', 'sk_live_'], pattern: /\b[rs]k_live_[A-Za-z0-9]{20,120}/g },
  {
    kind: 'Azure client secret',
    marks: ['7Q~', '8Q~'],
    pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g,
  },
  { kind: 'Azure storage key', marks: ['AccountKey='], pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/g },
  {
    kind: 'Azure DevOps token',
    marks: ['AZDO'],
    isInside: true,
    pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/g,
  },
  {
    kind: 'Azure registry password',
    marks: ['+ACR'],
    isInside: true,
    pattern: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}\+ACR[A-Za-z0-9]{6}(?![A-Za-z0-9+/])/g,
  },
  {
    kind: 'Azure shared access key',
    marks: ['SharedAccessKey='],
    pattern: /\bSharedAccessKey=[A-Za-z0-9+/]{43}=/g,
  },
  {
    kind: 'Slack webhook',
    marks: ['hooks.slack.com/services/T'],
    pattern: /\bhooks\.slack\.com\/services\/T[A-Z0-9]{8,12}\/B[A-Z0-9]{8,12}\/[A-Za-z0-9]{24}\b/g,
  },
  { kind: 'OpenRouter key', marks: ['sk-or-v1-'], pattern: /\bsk-or-v1-[a-f0-9]{64}\b/g },
  { kind: 'NVIDIA key', marks: ['nvapi-'], pattern: /\bnvapi-[A-Za-z0-9_-]{64}(?![A-Za-z0-9_-])/g },
  { kind: 'Pinecone key', marks: ['pcsk_'], pattern: /\bpcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}\b/g },
  {
    kind: 'LangSmith key',
    marks: ['lsv2_pt_', 'lsv2_sk_'],
    pattern: /\blsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}\b/g,
  },
  {
    kind: 'Artifactory token',
    marks: ['AKCp', 'cmVmdGtu'],
    pattern: /\b(?:AKCp[A-Za-z0-9]{69}|cmVmdGtu[A-Za-z0-9]{56})\b/g,
  },
  {
    kind: 'Terraform Cloud token',
    marks: ['.atlasv1.'],
    isInside: true,
    pattern: /\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}(?![A-Za-z0-9_=-])/g,
  },
  {
    kind: 'Tailscale key',
    marks: ['tskey-'],
    pattern: /\btskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{24,48}\b/g,
  },
  { kind: 'Linear key', marks: ['lin_api_'], pattern: /\blin_api_[A-Za-z0-9]{40}\b/g },
  {
    kind: 'Doppler token',
    marks: ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'],
    pattern: /\bdp\.(?:pt|ct|sa|st(?:\.[a-z0-9_-]{2,35})?)\.[A-Za-z0-9]{40,44}\b/g,
  },
  { kind: 'Dynatrace token', marks: ['dt0c01.'], pattern: /\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b/g },
  { kind: 'Supabase token', marks: ['sbp_'], pattern: /\bsbp_[a-f0-9]{40}\b/g },
  {
    kind: '1Password service account',
    marks: ['ops_eyJ'],
    pattern: /\bops_eyJ[A-Za-z0-9+/=]{250,1200}/g,
  },
  {
    kind: 'AWS secret access key',
    marks: ['secret_access_key', 'SECRET_ACCESS_KEY', 'ecretAccessKey', 'aws_secret_key', 'AWS_SECRET_KEY'],
    isInside: true,
    // Behind the name as `=`, `:=`, `=>`, JSON (escaped, too), XML, YAML and `ENV NAME VALUE` set it.
    pattern:
      /(?:secret_access_key|SECRET_ACCESS_KEY|[sS]ecretAccessKey|aws_secret_key|AWS_SECRET_KEY)\\?["']?\]?(?:\s{0,40}(?:=>|[:?+]?=|[:>,])\s{0,40}|[ \t]{1,40})\\?["']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
  },
];

/** Where none of these is, no token is. */
export const TOKEN_MARKS: readonly BytePattern[] = TOKENS.flatMap(({ marks, pattern, isInside = false }) =>
  marks.map((text) => ({ text, startsWord: pattern.source.startsWith('\\b') && !isInside })),
);

/** Shorter marks would make it slow to search what is not text, which is the most of an image's bytes. */
const MIN_PROGRAM_MARK = 8;
const IN_PROGRAMS = TOKENS.filter(({ marks }) => marks.some(({ length }) => length >= MIN_PROGRAM_MARK));

/** Where none of these is in a program or a large binary, `tokensInProgram` finds none. */
export const PROGRAM_TOKEN_MARKS: readonly BytePattern[] = TOKEN_MARKS.filter(
  ({ text }) => text.length >= MIN_PROGRAM_MARK,
);

/** Tokens in a text, by their kinds and places. Examples are distinguished by their lack of variety, and by the word. */
export function tokensIn(text: string): readonly TokenInText[] {
  return ofForms(TOKENS, text, (mark) => text.includes(mark));
}

/** The same in the bytes of a program or a large binary, of the forms whose marks are long; `there`: which of those are in it. */
export function tokensInProgram(text: string, there: ReadonlySet<string>): readonly TokenInText[] {
  return ofForms(IN_PROGRAMS, text, (mark) => (mark.length < MIN_PROGRAM_MARK ? text.includes(mark) : there.has(mark)));
}

interface TokenInText {
  readonly kind: string;
  readonly at: number;
}

function ofForms(
  forms: readonly TokenPattern[],
  text: string,
  isThere: (mark: string) => boolean,
): readonly TokenInText[] {
  return forms
    .filter(({ marks }) => marks.some(isThere))
    .flatMap(({ kind, pattern, isSummed }) =>
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
