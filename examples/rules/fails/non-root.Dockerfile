# The base would run as 65532.
FROM demo.example/rules/clean:1@sha256:80a3cc9849b771da50c238751670930c13f2881d450e7e414b16683e0b012e41
USER 0
