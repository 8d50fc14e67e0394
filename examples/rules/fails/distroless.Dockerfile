# It has a shell.
FROM demo.example/rules/shell:1@sha256:dc8d6403ff4a0f2eeda00effce3a41e1ee51314b58dc44d5e90f2c90994e513d
