import { readdirSync } from 'node:fs';

const src = (module, names) => names.split(' ').map((name) => `src/${module}/${name}.ts`);

/** What is promised of every rule: its levels, its roles, its controls. */
const OF_EVERY_RULE = ['rules/levels', 'compliance/mapping'];

/**
 * The files that decide, and the tests that must notice when one of them decides otherwise. Each file is held by the unit
 * tests of its own module, which start in no time, and not by an end-to-end test that happens to pass through it.
 */
const chosen = {
  // Which answers make the verdict and its exit code; which findings a pull request only inherits.
  verdict: { files: src('gate', 'verdict change'), tests: ['gate/verdict', 'gate/change', 'gate/base-reference'] },
  // Which exceptions hold, and what they cover.
  waivers: { files: src('policy', 'waivers'), tests: ['policy/waivers'] },
  // What a policy says once its layers are merged, what a layer may not say, and which entry governs an image.
  policy: {
    files: src(
      'policy',
      'default-allow govern identity merge override-problems resolve-allow resolve-authorities settings strictness',
    ),
    tests: ['policy/(?!json-schema|propose|bad-input|documentation).*'],
  },
  // What the name of an image and a pattern mean.
  references: {
    files: src('references', 'glob pattern platform reference registry-host'),
    tests: ['references/.*'],
  },
  // What a signature, its log entry and a statement are bound to; who it is that signed, and whether that counts.
  binding: {
    files: [
      ...src('signatures', 'authority count-signers gaps identity image-signature statement'),
      ...src('signatures/sigstore', 'evaluate-signature inclusion-promise rekor-entry signed-content'),
    ],
    tests: [
      'signatures/(count-signers|gaps|identity|image-signature|payloads)',
      'signatures/sigstore/(evaluate-signature|inclusion-promise|rekor-entry|signed-content|verify-material)',
    ],
  },
  // Whether a signature is one: keys, certificates, logs and times, and where signatures are looked for. Without the tests
  // that try hundreds of bent documents, each of which takes seconds.
  signatures: {
    files: [
      ...src('signatures', 'attestation-api collect-signatures collect-statements examine key public-service signer'),
      ...src('signatures/sigstore', 'cosign-layer prehashed sigstore-bundle verify-artifact verify-material'),
    ],
    tests: [
      'signatures/(advisories|attestation-api|collect-.*|examine|key|payloads|public-service)',
      'signatures/sigstore/(cosign-layer|evaluate-signature|prehashed|sigstore-bundle|trusted-root|verify-artifact|verify-material.*)',
    ],
  },
  // Whether a Notary Project signature is one, by whom and when, and whether its certificates are revoked.
  notation: {
    files: src(
      'signatures/notation',
      'authority-trust certificate chain configuration cose crl distinguished-name envelope format jws ocsp revocation signature-algorithms signature-manifest timestamp trust-policy trust-store verify',
    ),
    tests: ['signatures/notation/(?!.*(?:corpus|peer)).*'],
  },
  // Which rules run, over what, and with which level an answer counts.
  evaluation: {
    files: [...src('rules', 'evaluate rule identity without-evidence path-patterns'), ...src('fix', 'may-pin')],
    tests: ['rules/evaluate', 'rules/without-evidence', 'rules/path-patterns', 'rules/levels', 'fix/may-pin'],
  },
  // What the rules over a reference answer, which need nothing but the build file and the policy.
  uses: {
    files: src(
      'rules',
      'allowed-base allowed-frontend denied-base known-reference overridable-base pinned-by-digest policy-unchanged readable-build-file',
    ),
    tests: [...OF_EVERY_RULE, 'rules/uses'],
  },
  // What the rules over signed evidence answer, and which documents they are shown.
  evidence: {
    files: [
      'src/attestations/attested.ts',
      ...src(
        'rules',
        'signature-verified sbom-attested provenance-attested sbom-complete sbom-matches-image lacking-attestation',
      ),
    ],
    tests: [...OF_EVERY_RULE, 'rules/(signature|sbom|provenance|attestations|lacking).*', 'attestations/attested'],
  },
  // What the rules over an image's contents answer.
  contents: {
    files: src(
      'rules',
      'image-contents distroless from-wolfi hardened-configuration intact minimal no-secrets non-root',
    ),
    tests: [
      ...OF_EVERY_RULE,
      'rules/(image-contents|contents|planted|distroless|from-wolfi|hardened|intact|minimal|no-secrets|non-root).*',
    ],
  },
  // What the rules over time and vulnerabilities answer.
  aging: {
    files: [
      ...src('rules', 'current fresh supported no-known-vulnerabilities no-new-vulnerabilities'),
      ...src('rules/vulnerabilities', 'accepted describe fix proof thresholds vulnerability-group'),
    ],
    tests: [...OF_EVERY_RULE, 'rules/(current|fresh|supported|no-known|no-new|vulnerabilities).*'],
  },
};

/** Rules that no group above names, each held by the test of its own name: a new rule needs no line here. */
const named = new Set(Object.values(chosen).flatMap(({ files }) => files));
const others = readdirSync(new URL('../../src/rules/', import.meta.url)).filter(
  (name) => name.endsWith('.ts') && !/^(?:answer|index)\.ts$/.test(name) && !named.has(`src/rules/${name}`),
);

export const groups =
  others.length === 0
    ? chosen
    : {
        ...chosen,
        others: {
          files: others.map((name) => `src/rules/${name}`),
          tests: [...OF_EVERY_RULE, ...others.map((name) => `rules/${name.replace(/\.ts$/, '')}`)],
        },
      };

const name = process.env.MUTATION_GROUP ?? '';

/** The group of this run, which .ci/mutants names in the environment: Stryker passes its configuration no arguments. */
export const group = groups[name];
if (group === undefined) throw new Error(`MUTATION_GROUP=${name}: expected one of ${Object.keys(groups).join(', ')}`);
