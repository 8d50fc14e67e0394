# Its SBOM lists no package licenses.
FROM demo.example/rules/thin-sbom:1@sha256:76e4fdcaedf60ccaa2649b75eb4cf568dd7452ffd273dfac05e5d45d90f17df3
