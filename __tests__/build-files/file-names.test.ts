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
  ['Dockerfile/x', 'other'],
  ['MyDockerfile', 'other'],
  ['.Dockerfile', 'other'],
  ['docker-compose.yml', 'other'],
])('%s is a %s', (path, kind) => {
  expect(nameKind(path)).toBe(kind);
});
