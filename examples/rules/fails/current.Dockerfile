# The tag has moved since this was pinned.
FROM demo.example/rules/moved:1.0@sha256:5dc0b1e9747b7f94323c441253083c676aaf74d93d0583f78ef9b15eb0ac8abb
