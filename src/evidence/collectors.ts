import type { Collectors } from './collect.js';

/** Where each kind of evidence comes from. A collector is loaded when a rule first needs its kind. */
export const collectors: Collectors = {
  image: async (context) => (await import('../registry/collectors.js')).collectImage(context),
  tag: async (context) => (await import('../registry/collectors.js')).collectTag(context),
  signatures: async (context) => (await import('../signatures/collect-signatures.js')).collectSignatures(context),
  statements: async (context) => (await import('../signatures/collect-statements.js')).collectStatements(context),
  filesystem: async (context) =>
    (await import('../image-content/filesystem/collect-filesystem.js')).collectFilesystem(context),
  ownership: async (context) => (await import('../packages/collect-ownership.js')).collectOwnership(context),
  packages: async (context) => (await import('../packages/collect-packages.js')).collectPackages(context),
  timestamps: async (context) =>
    (await import('../attestations/timestamps/collect-timestamps.js')).collectTimestamps(context),
  sbom: async (context) => (await import('../attestations/sbom/collect-sbom.js')).collectSbom(context),
  provenance: async (context) =>
    (await import('../attestations/provenance/collect-provenance.js')).collectProvenance(context),
  apko: async (context) => (await import('../attestations/provenance/collect-apko.js')).collectApko(context),
  vex: async (context) => (await import('../attestations/vex/collect-vex.js')).collectVex(context),
  vulnerabilities: async (context) =>
    (await import('../vulnerabilities/collect-vulnerabilities.js')).collectVulnerabilities(context),
};
