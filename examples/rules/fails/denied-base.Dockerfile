# An allow entry matches it too, but the denylist wins.
FROM demo.example/rules/retired:1@sha256:c42e7b7484983eefbb273f299438df0ab19f18206f9670af86f1221278ab780c
