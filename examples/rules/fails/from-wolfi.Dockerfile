# It claims to be Wolfi but installs packages from elsewhere.
FROM demo.example/rules/other-keys:1@sha256:8eaf134754f2c2e06a503d11a1464659bfc79ff9dc3779ac7445be593cd9523a
