# The tag has moved since this was pinned.
FROM demo.example/rules/moved:1.0@sha256:364f99b846001945e56a54b02c98d0e4302476eb94b4ce273db6b678edeb95d0
