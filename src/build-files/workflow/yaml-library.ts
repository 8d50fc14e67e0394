// `yaml` is CommonJS: bundled, a dynamic import of it would have a default export alone.
export { parse } from 'yaml';
