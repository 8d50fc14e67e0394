import { expect, test } from '@jest/globals';
import { nameKind } from '../../src/build-files/file-names.js';

test.each([
  ['Dockerfile', 'dockerfile'],
  ['dockerfile', 'dockerfile'],
  ['a/b/Dockerfile.prod', 'dockerfile'],
  ['a/api.Dockerfile', 'dockerfile'],
  ['a/api.dockerfile', 'dockerfile'],
  ['Containerfile', 'dockerfile'],
  ['Containerfile.dev', 'dockerfile'],
  ['Dockerfile.j2', 'template'],
  ['api.Dockerfile.tmpl', 'template'],
  ['Dockerfile.template', 'template'],
  ['Containerfile.erb', 'template'],
  ['Dockerfile.dockerignore', 'ignore-file'],
  ['.dockerignore', 'ignore-file'],
  ...['Dockerfile-3.12', 'Dockerfile2', 'DockerfileDev', 'dockerfile.dev', 'app.Containerfile', 'api.DOCKERFILE'].map(
    (path) => [path, 'dockerfile'] as const,
  ),
  ...['DOCKERFILE', 'dockerfile-dev', 'Dockerfile_alpine', 'containerfile.dev', 'Dockerfile.go', 'Containerfile.x'].map(
    (path) => [path, 'dockerfile'] as const,
  ),
  ...['Dockerfile.tpl', 'Dockerfile.jinja2', 'Dockerfile.em', 'Containerfile.in', 'Dockerfile-alpine.template'].map(
    (path) => [path, 'template'] as const,
  ),
  ...['Dockerfile.md', 'dockerfile.rst'].map((path) => [path, 'prose'] as const),
  ...['dockerfile.go', 'DockerfileParser.java', 'dockerfile_test.py', 'Dockerfiles', 'dockerfile-lint.js'].map(
    (path) => [path, 'other'] as const,
  ),
  ['Dockerfile/x', 'other'],
  ['MyDockerfile', 'other'],
  ['.Dockerfile', 'other'],
  ['docker-compose.yml', 'other'],
])('%s is a %s', (path, kind) => {
  expect(nameKind(path)).toBe(kind);
});
