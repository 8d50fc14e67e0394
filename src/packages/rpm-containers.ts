// Snyk's parser is CommonJS: bundled, a dynamic import of it would have a default export alone.
export { bufferToHashDbValues } from '@snyk/rpm-parser/dist/berkeleydb/index.js';
export { bufferToNdbValues } from '@snyk/rpm-parser/dist/ndb/index.js';
