const src = (room, ...names) => names.map((name) => `src/${room}/${name}.ts`);

/** What is promised of every rule: its levels, its roles, its controls. */
const OF_EVERY_RULE = ['rules/levels', 'compliance/mapping'];

/**
 * The files that decide, and the tests that must notice when one of them decides otherwise: each file is held by the unit
 * tests of its own room, which start in no time, and not by an end-to-end test that happens to pass through it.
 */
export const rooms = {
  // Which answers make the verdict and its exit code; which findings a pull request only inherits.
  verdict: { files: ['src/gate/verdict.ts', 'src/gate/change.ts'], tests: ['verdict', 'change'] },
  // Which exceptions hold, and what they cover.
  waivers: { files: src('policy', 'waivers'), tests: ['policy/waivers'] },
  // What a policy says once its layers lie on each other, what a layer may not say, and which entry governs an image.
  policy: {
    files: src(
      'policy',
      ...['default-allow', 'govern', 'identity', 'merge', 'override-problems', 'resolve-allow', 'resolve-authorities'],
      ...['settings', 'strictness'],
    ),
    tests: ['policy/(?!json-schema|propose|bad-input|documentation).*'],
  },
  // What the name of an image and a pattern mean.
  images: { files: src('images', 'glob', 'pattern', 'platform', 'reference', 'registry-host'), tests: ['images/.*'] },
  // What a signature, its log entry and a statement are bound to; who it is that signed, and whether that counts.
  binding: {
    files: src(
      'signatures',
      ...['authority', 'count-signers', 'gaps', 'identity', 'image-signature', 'inclusion-promise', 'judge'],
      ...['rekor-entry', 'signed-content', 'simple-signing', 'statement'],
    ),
    tests: [
      'signatures/(count-signers|gaps|identity|image-signature|inclusion-promise|judge|payloads|rekor-entry|signed-content|verify-material)',
    ],
  },
  // Whether a signature is one: keys, certificates, logs and times, and where signatures are looked for. Without the tests
  // that try hundreds of bent documents, each of which takes seconds.
  signatures: {
    files: src(
      'signatures',
      ...['collect-signatures', 'collect-statements', 'cosign-layer', 'examine', 'key', 'prehashed', 'signer'],
      ...['sigstore-bundle', 'verify-artifact', 'verify-material'],
    ),
    tests: [
      'signatures/(advisories|collect-.*|cosign-layer|examine|judge|key|payloads|prehashed)',
      'signatures/(sigstore-bundle|trusted-root|verify-artifact|verify-material.*)',
    ],
  },
  // What is asked, of whom, and with which level an answer counts.
  asking: {
    files: src('rules', 'evaluate', 'rule', 'without-evidence', 'options', 'path-patterns'),
    tests: ['rules/evaluate', 'rules/without-evidence', 'rules/path-patterns', 'rules/levels'],
  },
  // What the rules over a use answer, which need nothing but the build file and the policy.
  uses: {
    files: src(
      'rules',
      ...['allowed-base', 'allowed-frontend', 'denied-base', 'known-reference', 'overridable-base', 'pinned-by-digest'],
      ...['policy-unchanged', 'readable-build-file'],
    ),
    tests: [...OF_EVERY_RULE, 'rules/uses'],
  },
  // What the rules over signed evidence answer, and which documents they are shown.
  evidence: {
    files: [
      'src/attestations/attested.ts',
      ...src(
        'rules',
        ...['signature-verified', 'sbom-attested', 'provenance-attested', 'sbom-complete', 'sbom-matches-image'],
        'lacking-attestation',
      ),
    ],
    tests: [...OF_EVERY_RULE, 'rules/(signature|sbom|provenance|attestations|lacking).*', 'evidence/attested'],
  },
  // What the rules over an image's contents answer.
  contents: {
    files: src(
      'rules',
      ...[
        'contents',
        'distroless',
        'from-wolfi',
        'hardened-configuration',
        'intact',
        'minimal',
        'no-secrets',
        'non-root',
      ],
    ),
    tests: [
      ...OF_EVERY_RULE,
      'rules/(contents|planted|distroless|from-wolfi|hardened|intact|minimal|no-secrets|non-root).*',
    ],
  },
  // What the rules over time and vulnerabilities answer.
  ageing: {
    files: [
      ...src('rules', 'current', 'fresh', 'supported', 'no-known-vulnerabilities', 'no-new-vulnerabilities'),
      ...src('rules/vulnerabilities', 'accepted', 'proof', 'remedy', 'tell', 'thresholds', 'weakness-group'),
    ],
    tests: [...OF_EVERY_RULE, 'rules/(current|fresh|supported|no-known|no-new|vulnerabilities).*'],
  },
};

const asked = process.env.MUTATION_ROOM ?? '';

/** The room of this run, which .ci/mutants names in the environment: Stryker hands its configuration no arguments. */
export const room = rooms[asked];
if (room === undefined) throw new Error(`MUTATION_ROOM=${asked}: expected one of ${Object.keys(rooms).join(', ')}`);
