# It claims to be Wolfi but installs packages from elsewhere.
FROM demo.example/rules/other-keys:1@sha256:a4f5b80edc87599837598fe28adbcd658dd4bcd3db4b1930434805c89b3ab8ae
