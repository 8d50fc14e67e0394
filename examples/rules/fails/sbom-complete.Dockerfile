# Its SBOM lists no package licenses.
FROM demo.example/rules/thin-sbom:1@sha256:1dc9bc1bba267dad909566fe89236556c629d7d548162b4f86306fe7e05dd660
