# It has a shell.
FROM demo.example/rules/shell:1@sha256:29694cbb8b3226e79e89915bc6744fbc3c4096dba17553dc7667f371db07f176
