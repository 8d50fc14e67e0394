# Its SBOM omits an installed package.
FROM demo.example/rules/hidden-package:1@sha256:b5cb250da4408519e252aea076fd12916f81657665036491e3d766db82ef1331
