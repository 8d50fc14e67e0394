// The type of catalog.generated.json, which scripts/generate-catalog.mjs makes from the YAML files beside it.
import type { Catalog } from './publisher.js';

declare const catalog: Catalog;
export = catalog;
