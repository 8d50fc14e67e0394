// `yaml` is CommonJS: bundled, a dynamic import of it would have a default export alone.
export { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
