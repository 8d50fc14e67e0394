import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/hosts.md'), 'utf8');
const listed = [...page.matchAll(/^\| `([a-z0-9.-]+)`/gm)].map(([, host = '']) => host);

/** Hosts in the code that are never contacted: links for readers, names of formats, and issuers of identities. */
const NAMES = [
  ...['github.com', 'gitlab.com', 'raw.githubusercontent.com', 'nodejs.org', 'learn.microsoft.com', 'google.github.io'],
  ...['in-toto.io', 'slsa.dev', 'openvex.dev', 'cyclonedx.org', 'spdx.dev', 'spdx.org', 'syft.dev', 'apko.dev'],
  ...[
    'mobyproject.org',
    'sigstore.dev',
    'docs.oasis-open.org',
    'www.w3.org',
    'git-lfs.github.com',
    'cloudbuild.googleapis.com',
  ],
  ...['token.actions.githubusercontent.com', 'oidc.codefresh.io', 'oauth2.sigstore.dev', 'agent.buildkite.com'],
  // In policies that are written for other programs.
  ...['rekor.sigstore.dev', 'fulcio.sigstore.dev'],
  ...['www.fedramp.gov', 'www.cisecurity.org', 'www.cisa.gov', 'csrc.nist.gov', 'insights.knowledgeservices.com'],
];

/** Trusted roots as texts, which name services whose signatures are verified without asking them. */
const EMBEDDED = /sigstore.(?:public-good|github)(?:-update)?-root\.ts$/;

/** The hosts of addresses in the code, apart from comments. */
function hostsInCode(): readonly string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !EMBEDDED.test(path),
  );
  const code = files.map((path) =>
    readFileSync(join(root, 'src', path), 'utf8').replace(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, ''),
  );
  const found = code.flatMap((text) => [...text.matchAll(/https?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gm)]);
  return [...new Set(found.map(([, host = '']) => host))].sort();
}

test('docs/hosts.md lists every host that the code contacts, and no other', () => {
  const contacted = hostsInCode().filter((host) => !NAMES.includes(host));
  expect(contacted).toEqual(listed.toSorted());
});
