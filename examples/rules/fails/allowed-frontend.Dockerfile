# syntax=demo.example/rules/frontend:1
# An untrusted frontend decides what the lines below mean.
FROM demo.example/rules/clean:1@sha256:80a3cc9849b771da50c238751670930c13f2881d450e7e414b16683e0b012e41
