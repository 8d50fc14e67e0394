// The type of equivalents.generated.json, which scripts/generate-equivalents.mjs makes from the YAML files in equivalents/.
import type { EquivalentsTable } from './equivalent.js';

declare const equivalents: EquivalentsTable;
export = equivalents;
