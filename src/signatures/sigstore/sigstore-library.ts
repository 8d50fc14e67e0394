/**
 * The sigstore libraries, loaded together and late. They are CommonJS: a bundler that splits code gives `import()` of
 * such a module no named exports, so they are named here, and this file is what gets imported dynamically.
 */
export { bundleFromJSON } from '@sigstore/bundle';
export { ASN1Obj, RFC3161Timestamp, X509Certificate } from '@sigstore/core';
export { TrustedRoot } from '@sigstore/protobuf-specs';
export { toTrustMaterial, Verifier } from '@sigstore/verify';
