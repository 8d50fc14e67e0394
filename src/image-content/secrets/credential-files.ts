import type { TextSecret } from './secret-text.js';

/** A file that programs keep credentials in, and what a line with a real one looks like. */
interface CredentialFile {
  readonly kind: string;
  /** Tested on the path without a leading slash. */
  readonly path: RegExp;
  /** Tested on each line. What it finds may be a value that stands for a secret; of a match with a group, only the group is checked. */
  readonly content: RegExp;
  /** No value stands for a secret here: its form alone shows. */
  readonly anyValue?: true;
}

/** A value that stands for one: `${TOKEN}`, `$(cat …)`, `<token>`, `xxxx`, `changeme`, `your-token`. */
const STANDS_FOR_ONE =
  /\$\{[A-Z_a-z]|\$\(|[\s="']\$[A-Z_a-z]|<[^>]{1,64}>|x{4,}|\*{3,}|changeme|your[-_]|example|placeholder|dummy|redacted/i;

const FILES: readonly CredentialFile[] = [
  {
    kind: 'registry credentials',
    path: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg|containers\/auth\.json)$/,
    content: /"(?:auth|identitytoken|registrytoken|password)"\s{0,8}:\s{0,8}"[^"]{4,}"/,
  },
  {
    kind: 'npm credentials',
    path: /(?:^|\/)\.?npmrc$/,
    content: /^\s{0,8}(?:\/\/\S{1,200}:)?_(?:authToken|auth|password)\s{0,4}(=\s{0,4}\S{4,})/,
  },
  {
    kind: 'yarn credentials',
    path: /(?:^|\/)\.yarnrc\.yml$/,
    content: /^\s{0,16}npmAuth(?:Token|Ident)\s{0,4}:\s{0,4}\S{4,}/,
  },
  {
    kind: 'Python index credentials',
    path: /(?:^|\/)(?:\.pypirc|pip\.conf|\.pip\/pip\.conf)$/,
    content: /^\s{0,8}password\s{0,4}[=:]\s{0,4}\S{3,}|:\/\/[^\s/:@]{1,64}:[^\s/@]{3,200}@/,
  },
  { kind: 'netrc credentials', path: /(?:^|\/)[._]netrc$/, content: /\bpassword\s{1,8}\S{3,}/ },
  {
    kind: 'git credentials',
    path: /(?:^|\/)(?:\.git-credentials|\.git\/config|\.config\/git\/credentials|\.gitconfig)$/,
    content: /:\/\/[^\s/:@]{1,64}:[^\s/@]{3,200}@/,
  },
  {
    kind: 'AWS credentials',
    path: /(?:^|\/)\.aws\/(?:credentials|config)$/,
    content: /^\s{0,8}aws_(?:secret_access_key|session_token)\s{0,4}=\s{0,4}\S{8,}/,
  },
  {
    kind: 'Google Cloud credentials',
    path: /(?:^|\/)(?:application_default_credentials|credentials|key|service[-_]account[^/]{0,64})\.json$/,
    content: /"(?:refresh_token|client_secret)"\s{0,8}:\s{0,8}"[^"]{8,}"/,
  },
  {
    kind: 'Azure credentials',
    path: /(?:^|\/)\.azure\/(?:accessTokens|msal_token_cache|service_principal_entries)\.json$/,
    content: /"(?:accessToken|refreshToken|secret|client_secret)"\s{0,8}:\s{0,8}"[^"]{8,}"/,
  },
  {
    kind: 'Kubernetes credentials',
    path: /(?:^|\/)(?:\.kube\/config|kubeconfig|admin\.conf|kubelet\.conf)$/,
    content: /^\s{0,32}(?:token|client-key-data|password)\s{0,4}:\s{0,4}\S{8,}/,
  },
  {
    kind: 'PostgreSQL passwords',
    path: /(?:^|\/)\.pgpass$/,
    content: /^[^#:\s]{1,200}:[^:]{1,8}:[^:]{1,64}:[^:]{1,64}(:\S{3,})/,
  },
  { kind: 'MySQL password', path: /(?:^|\/)\.my(?:login)?\.cnf$/, content: /^\s{0,8}password\s{0,4}=\s{0,4}\S{3,}/ },
  { kind: 'Vault token', path: /(?:^|\/)\.vault-token$/, content: /^[A-Za-z0-9._-]{20,200}$/ },
  {
    kind: 'Terraform credentials',
    path: /(?:^|\/)(?:\.terraformrc|credentials\.tfrc\.json)$/,
    content: /\btoken"?\s{0,4}[=:]\s{0,4}"[^"]{8,}"/,
  },
  {
    kind: 'Cargo token',
    path: /(?:^|\/)\.cargo\/credentials(?:\.toml)?$/,
    content: /^\s{0,8}token\s{0,4}=\s{0,4}"[^"]{8,}"/,
  },
  {
    kind: 'Maven password',
    path: /(?:^|\/)\.m2\/settings(?:-security)?\.xml$/,
    content: /<(?:password|master)>[^<${]{3,}</,
    anyValue: true,
  },
  { kind: 'RubyGems key', path: /(?:^|\/)\.gem\/credentials$/, content: /^\s{0,8}:[a-z_]{1,32}:\s{0,4}\S{8,}/ },
  {
    kind: 'environment file with a secret',
    path: /(?:^|\/)\.env(?:\.[a-z]{1,16})?$/,
    content:
      /^\s{0,8}(?:export\s{1,4})?[A-Z0-9_]{0,48}(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY)[A-Z0-9_]{0,24}\s{0,4}=\s{0,4}["']?[^\s"'#]{6,}/,
  },
  // A password hash; locked accounts have "*" or "!".
  { kind: 'password hash', path: /^etc\/(?:g?shadow-?)$/, content: /^[^:\s]{1,64}:\$[0-9a-z]{1,8}\$[^:]{8,}:/ },
];

/** Whether a path is one that programs keep credentials in, so that its text is worth keeping until its end. */
export function isCredentialFile(path: string): boolean {
  return FILES.some((file) => file.path.test(path));
}

/** Credentials in a file whose name says that it holds some. At most one a kind, at its first line. */
export function credentialsIn(path: string, text: string): readonly TextSecret[] {
  const marks: TextSecret[] = [];
  for (const { kind, path: names, content, anyValue } of FILES) {
    if (!names.test(path)) continue;
    const lines = text.split('\n');
    const index = lines.findIndex((line) => {
      const match = content.exec(line);
      return match !== null && (anyValue === true || !STANDS_FOR_ONE.test(match[1] ?? match[0]));
    });
    if (index >= 0) marks.push({ kind, line: index + 1 });
  }
  return marks;
}
