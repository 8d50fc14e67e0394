# Its nodejs-22 has a known vulnerability.
FROM demo.example/rules/vulnerable:1@sha256:796388c8ecb61b8c18cb43d8e2be9f8b70b6f0f89004b0c93908c7abec7e6528
