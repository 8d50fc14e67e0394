// The type of catalog.generated.json, which scripts/generate-catalog.mjs makes from the YAML files next to it.
import type { Catalog } from './publisher.js';

declare const catalog: Catalog;
export = catalog;
