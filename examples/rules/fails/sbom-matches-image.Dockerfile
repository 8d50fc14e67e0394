# Its SBOM omits an installed package.
FROM demo.example/rules/hidden-package:1@sha256:ecc43d29331ad76260e91bc541d195e57a850589edc08356859c62370c8acc36
