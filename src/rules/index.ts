import { allowedBase } from './allowed-base.js';
import { allowedFrontend } from './allowed-frontend.js';
import { current } from './current.js';
import { deniedBase } from './denied-base.js';
import { distroless } from './distroless.js';
import { fresh } from './fresh.js';
import { fromWolfi } from './from-wolfi.js';
import { hardenedConfiguration } from './hardened-configuration.js';
import { intact } from './intact.js';
import { knownReference } from './known-reference.js';
import { licenses } from './licenses.js';
import { minimal } from './minimal.js';
import { noKnownVulnerabilities } from './no-known-vulnerabilities.js';
import { noNewVulnerabilities } from './no-new-vulnerabilities.js';
import { noSecrets } from './no-secrets.js';
import { nonRoot } from './non-root.js';
import { overridableBase } from './overridable-base.js';
import { pinnedByDigest } from './pinned-by-digest.js';
import { policyUnchanged } from './policy-unchanged.js';
import { provenanceAttested } from './provenance-attested.js';
import { readableBuildFile } from './readable-build-file.js';
import { asChangeRule, asFileRule, asImageRule, asUseRule, type Rule } from './rule.js';
import { sbomAttested } from './sbom-attested.js';
import { sbomComplete } from './sbom-complete.js';
import { sbomMatchesImage } from './sbom-matches-image.js';
import { signatureVerified } from './signature-verified.js';
import { supported } from './supported.js';

/** Every rule, in the order in which reports show them. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [
  asFileRule(readableBuildFile),
  asUseRule(knownReference),
  asUseRule(deniedBase),
  asUseRule(allowedBase),
  asUseRule(allowedFrontend),
  asUseRule(pinnedByDigest),
  asUseRule(overridableBase),
  asImageRule(current),
  asImageRule(signatureVerified),
  asImageRule(sbomAttested),
  asImageRule(provenanceAttested),
  asImageRule(sbomComplete),
  asImageRule(sbomMatchesImage),
  asImageRule(licenses),
  asImageRule(distroless),
  asImageRule(nonRoot),
  asImageRule(minimal),
  asImageRule(hardenedConfiguration),
  asImageRule(intact),
  asImageRule(noSecrets),
  asImageRule(fromWolfi),
  asImageRule(fresh),
  asImageRule(supported),
  asImageRule(noKnownVulnerabilities),
  asImageRule(noNewVulnerabilities),
  asChangeRule(policyUnchanged),
];
