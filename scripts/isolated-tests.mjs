import { join } from 'node:path';
import suite from '../jest.config.mjs';

/** The suite in Jest's own module system: for runs that put other modules in the place of the sources'. */
const { runner: _shared, setupFilesAfterEnv: _guard, ...rest } = suite;

/** @type {import('jest').Config} */
export default {
  ...rest,
  rootDir: join(import.meta.dirname, '..'),
  maxWorkers: 1,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } } },
    ],
  },
};
