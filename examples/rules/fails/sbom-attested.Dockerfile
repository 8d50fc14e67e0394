# Signed, but without an attested SBOM.
FROM demo.example/rules/no-sbom:1@sha256:8932514b2c44b8120763bcc5ff37121c9b6ac6f99e4fb5fcb0f23569a9ad49ef
