# Signed, but without an attested SBOM.
FROM demo.example/rules/no-sbom:1@sha256:c5725f25ded6e207c4d021e69c35a5496a44cb8a6eaabdce00a574f1d662d7b6
